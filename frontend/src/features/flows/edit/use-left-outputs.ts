/// What the tasks of a flow left when it last ended well: keys that no schema knows beforehand.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useMay } from "@/api/access";
import { executionsQuery, taskOutputsQuery } from "@/api/executions";
import { leftOutputsQuery } from "@/api/outputs";
import { flowIdOf, namespaceOf, usedOutputs } from "@/editor/names";

type Left = Readonly<Record<string, unknown>>;

// Each task whose outputs the source names is one question.
const MOST_TASKS = 20;

export function useLeftOutputs(tenant: string, source: string): ReadonlyMap<string, Left> {
  const used = useMemo(() => usedOutputs(source).slice(0, MOST_TASKS), [source]);
  const id = useLastSuccess(tenant, source, used.length > 0);
  const left = useQuery({ ...leftOutputsQuery(tenant, id ?? ""), enabled: id !== undefined });
  const runs = used.flatMap((task) => {
    const ofTask = id ? (left.data ?? []).filter((one) => one.taskId === task) : [];
    // In a loop a value of it stands between the task and its keys.
    return ofTask.length === 1 ? ofTask : [];
  });
  const outputs = useQueries({
    queries: runs.map((one) => ({
      ...taskOutputsQuery(tenant, id ?? "", one.taskRunId),
      retry: false,
      staleTime: Number.POSITIVE_INFINITY,
    })),
    combine: dataOf,
  });
  const tasks = runs.map((one) => one.taskId).join();
  return useMemo(
    () =>
      new Map(
        tasks.split(",").flatMap((task, at) => (outputs[at] ? [[task, outputs[at]] as const] : [])),
      ),
    [tasks, outputs],
  );
}

// Stands here so that the same answers stay the same list.
function dataOf(answers: readonly { data?: Left | undefined }[]): readonly (Left | undefined)[] {
  return answers.map((one) => one.data);
}

function useLastSuccess(tenant: string, source: string, wanted: boolean): string | undefined {
  const namespace = namespaceOf(source);
  const flowId = flowIdOf(source);
  const may = useMay(tenant, namespace);
  const asked = wanted && !!namespace && !!flowId && may("execution.view") && may("output.view");
  const last = useQuery({
    ...executionsQuery(tenant, { namespace, flowId, states: ["SUCCESS"], page: 1, size: 1 }),
    enabled: asked,
    staleTime: 60_000,
    placeholderData: undefined,
    retry: false,
  });
  return asked ? last.data?.results[0]?.id : undefined;
}
