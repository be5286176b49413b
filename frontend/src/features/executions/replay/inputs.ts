/// The inputs of a replay: those of the old execution, and what somebody changed of them. Pure.
import type { FlowInput } from "@/api/types";
import type { Values } from "@/features/flows/execute";

/** What the form shows; files and secrets of the old execution stay and are not shown. */
export function valuesFrom(inputs: readonly FlowInput[], old: Record<string, unknown>): Values {
  return Object.fromEntries(inputs.map((input) => [input.id, shown(input, old[input.id])]));
}

function shown(input: FlowInput, value: unknown): Values[string] {
  if (value === undefined || value === null) return undefined;
  if (input.type === "FILE" || input.type === "SECRET") return undefined;
  if (input.type === "BOOLEAN" || input.type === "BOOL") return value === true || value === "true";
  if (input.type === "MULTISELECT" || input.type === "ARRAY")
    return Array.isArray(value) ? value.map(String) : [String(value)];
  if (typeof value === "object") return JSON.stringify(value, null, 2);
  return String(value);
}

/** Only these are sent: the others keep the value that they had. */
export function changedInputs(inputs: readonly FlowInput[], values: Values): FlowInput[] {
  return inputs.filter((input) => values[input.id] !== undefined);
}
