/// The server's opinion of the inputs: which apply (some depend on others), and what is wrong with them.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { validateInputs } from "@/api/executions";
import type { Flow, FlowInput } from "@/api/types";
import { formDataOf, partsOf, problemOf, type Values } from "./form";

export interface InputChecks {
  /** The inputs that apply now. */
  shown: readonly FlowInput[];
  problems: Readonly<Record<string, string>>;
}

export function useInputChecks(tenant: string, flow: Flow, values: Values): InputChecks {
  const inputs = flow.inputs ?? [];
  const [settled] = useDebouncedValue(values, 350);
  const { data } = useQuery({
    queryKey: [tenant, "input-checks", flow.namespace, flow.id, describe(inputs, settled)],
    // A form that cannot be checked in advance can still be sent: the start itself judges.
    queryFn: ({ signal }) =>
      validateInputs(tenant, flow, formDataOf(partsOf(inputs, settled)), signal).catch(() => null),
    enabled: inputs.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
  const answers = new Map(data?.inputs.map((answer) => [answer.input.id, answer]));
  const shown = inputs
    .filter((input) => answers.get(input.id)?.enabled !== false)
    // Choices may come from an expression that only the server can evaluate.
    .map((input) => ({ ...input, values: answers.get(input.id)?.input.values ?? input.values }));
  const problems: Record<string, string> = {};
  for (const input of shown) {
    const text =
      problemOf(input, values[input.id]) ??
      // An answer about an earlier value would contradict what is on the screen.
      (settled === values ? answers.get(input.id)?.errors?.[0]?.message : undefined);
    if (text) problems[input.id] = text;
  }
  return { shown, problems };
}

/** Names the values for the cache without keeping secrets in its keys. */
function describe(inputs: readonly FlowInput[], values: Values): string {
  return JSON.stringify(
    inputs.map((input) => {
      const value = values[input.id];
      if (input.type === "SECRET") return typeof value === "string" ? value.length : 0;
      return value instanceof File ? [value.name, value.size, value.lastModified] : (value ?? null);
    }),
  );
}
