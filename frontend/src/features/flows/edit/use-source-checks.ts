/// While somebody types: the server's opinion of the source, and its picture.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { sourceGraphQuery, validationQuery } from "@/api/flows";
import type { FlowGraph } from "@/api/types";
import { type Problem, problemsOf } from "@/editor/problems";

const PAUSE = 300;

export interface SourceChecks {
  problems: readonly Problem[];
  /** The checks speak of this text and not of an earlier one. */
  settled: boolean;
  graph: FlowGraph | undefined;
  /** The graph shows the source as it was before it had errors. */
  stale: boolean;
  failure: Error | null;
}

const NONE: readonly Problem[] = [];

export function useSourceChecks(tenant: string, source: string): SourceChecks {
  const [checked] = useDebouncedValue(source, PAUSE);
  const validation = useQuery({ ...validationQuery(tenant, checked), enabled: checked !== "" });
  const problems = useMemo(
    () => (validation.data ? problemsOf(validation.data) : NONE),
    [validation.data],
  );
  const settled = checked === source && !validation.isFetching;
  const wrong = problems.some((problem) => problem.severity === "error");
  const sound = settled && !wrong;
  const graph = useQuery({
    ...sourceGraphQuery(tenant, checked),
    enabled: sound && checked !== "",
  });
  const shown = useSameShape(graph.data);
  return { problems, settled, graph: shown, stale: wrong, failure: validation.error };
}

/** The graph as it was as long as it says the same: most of what one types changes no picture. */
function useSameShape(graph: FlowGraph | undefined): FlowGraph | undefined {
  const text = useMemo(() => (graph ? JSON.stringify(graph) : ""), [graph]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: an equal graph is the same graph.
  return useMemo(() => graph, [text]);
}
