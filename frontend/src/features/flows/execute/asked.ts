/// A start as another person is asked to agree to it: files by what tells two of them apart.
import { parseLabel } from "@/api/filters";
import type { Part } from "./form";

/** The server names an uploaded file in the same words when the start is tried again. */
export async function inputsAsked(parts: readonly Part[]): Promise<Record<string, string>> {
  const told = parts.map(async ([name, value]) => [
    name,
    value instanceof File ? `file ${value.name} sha256:${await digestOf(value)}` : value,
  ]);
  return Object.fromEntries(await Promise.all(told));
}

export function labelsAsked(labels: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    labels.flatMap((text) => {
      const label = parseLabel(text);
      return label ? [[label.key, label.value]] : [];
    }),
  );
}

async function digestOf(file: File): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
