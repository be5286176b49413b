/// The same start as a line for a shell: what the portal can do, a script can do.
import { shellQuote } from "@/lib/text";
import type { Part } from "./form";

export interface CurlRequest {
  origin: string;
  path: string;
  labels: readonly string[];
  parts: readonly Part[];
  secrets: ReadonlySet<string>;
}

/** Secrets never stand in the line: it will be pasted into chats and histories. */
function formArgument([name, value]: Part, secrets: ReadonlySet<string>): string {
  if (secrets.has(name))
    return `--form-string "${name}=$${name.toUpperCase().replace(/\W/g, "_")}"`;
  if (value instanceof File) return `--form ${shellQuote(`${name}=@${value.name}`)}`;
  return `--form-string ${shellQuote(`${name}=${value}`)}`;
}

export function curlLine({ origin, path, labels, parts, secrets }: CurlRequest): string {
  const query = labels.map((label) => `labels=${encodeURIComponent(label)}`).join("&");
  const url = `${origin}${path}${query ? `?${query}` : ""}`;
  const lines = [
    `curl -X POST ${shellQuote(url)}`,
    `-H "Authorization: Bearer $DOWNBEAT_TOKEN"`,
    ...parts.map((part) => formArgument(part, secrets)),
  ];
  return lines.join(" \\\n  ");
}
