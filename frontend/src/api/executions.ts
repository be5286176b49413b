/// Executions: find, read, start, and every verb that acts on them.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ApiProblem, request, tenantPath } from "./client";
import { type ExecutionFilters, executionQuery, filter, type Paging, pagingQuery } from "./filters";
import { unpacked } from "./packed-runs";
import type {
  Execution,
  FlowGraph,
  FlowInput,
  FlowKey,
  InputValidation,
  LatestExecution,
  Metric,
  Page,
  Reason,
} from "./types";

export const executionKeys = {
  all: (tenant: string) => [tenant, "executions"] as const,
  lists: (tenant: string) => [tenant, "executions", "search"] as const,
  one: (tenant: string, id: string) => [tenant, "executions", "one", id] as const,
};

export function executionsQuery(tenant: string, search: ExecutionFilters & Paging) {
  return queryOptions({
    queryKey: [...executionKeys.lists(tenant), search],
    queryFn: ({ signal }) =>
      request<Page<Execution>>(tenantPath(tenant, "executions", "search"), {
        query: [
          ...pagingQuery({ ...search, sort: search.sort ?? "state.startDate:desc" }),
          ...executionQuery(search, Date.now()),
        ],
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

/** The last runs of the flows on one page of a list, in one question. */
export function recentRunsQuery(tenant: string, flows: readonly FlowKey[]) {
  const ids = [...new Set(flows.map((flow) => flow.id))].sort();
  return queryOptions({
    queryKey: [...executionKeys.lists(tenant), "recent-of", ids],
    queryFn: ({ signal }) =>
      request<Page<Execution>>(tenantPath(tenant, "executions", "search"), {
        query: [
          ...pagingQuery({ page: 1, size: 300, sort: "state.startDate:desc" }),
          ...filter("flowId", "IN", ids),
        ],
        signal,
      }),
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
  });
}

/** The newest execution of each flow, however long ago it was. */
export function latestQuery(tenant: string, flows: readonly FlowKey[]) {
  const keys = flows.map(({ namespace, id }) => ({ namespace, id }));
  return queryOptions({
    queryKey: [...executionKeys.lists(tenant), "latest", keys],
    queryFn: ({ signal }) =>
      request<LatestExecution[]>(tenantPath(tenant, "executions", "latest"), {
        method: "POST",
        json: keys,
        signal,
      }),
    enabled: keys.length > 0,
    placeholderData: keepPreviousData,
  });
}

export function executionDetailQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "detail"],
    queryFn: async ({ signal }) =>
      unpacked(
        await request<Execution>(tenantPath(tenant, "executions", id), {
          query: [["taskRunList", "packed"]],
          signal,
        }),
      ),
  });
}

/** The same without its task runs: thousands of them take their time, a page need not wait for it. */
export function executionHeadQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "head"],
    queryFn: ({ signal }) =>
      request<Execution>(tenantPath(tenant, "executions", id), {
        query: [["taskRunList", "false"]],
        signal,
      }),
  });
}

export function whyQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "why"],
    queryFn: ({ signal }) =>
      request<{ reasons: Reason[] }>(tenantPath(tenant, "executions", id, "why"), { signal }),
    retry: false,
  });
}

export function executionGraphQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "graph"],
    queryFn: ({ signal }) =>
      request<FlowGraph>(tenantPath(tenant, "executions", id, "graph"), { signal }),
  });
}

export function childrenQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "children"],
    queryFn: ({ signal }) =>
      request<Page<Execution>>(tenantPath(tenant, "executions", "search"), {
        query: [
          ...pagingQuery({ page: 1, size: 50, sort: "state.startDate:desc" }),
          ...filter("triggerExecutionId", "EQUALS", id),
        ],
        signal,
      }),
    retry: false,
  });
}

export function executionOutputsQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "outputs"],
    queryFn: ({ signal }) => mapOrEmpty(tenantPath(tenant, "outputs", "executions", id), signal),
  });
}

export function taskOutputsQuery(tenant: string, id: string, taskRunId: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "outputs", taskRunId],
    queryFn: ({ signal }) =>
      mapOrEmpty(tenantPath(tenant, "outputs", "tasks", id, taskRunId), signal),
  });
}

/** No outputs is answered as 404 or as an empty map; both mean the same. */
async function mapOrEmpty(path: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  try {
    return (await request<Record<string, unknown> | undefined>(path, { signal })) ?? {};
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return {};
    throw error;
  }
}

export function metricsQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "metrics"],
    queryFn: ({ signal }) =>
      request<Page<Metric>>(tenantPath(tenant, "metrics", id), {
        query: pagingQuery({ page: 1, size: 1000 }),
        signal,
      }),
  });
}

export function filePath(tenant: string, id: string, uri: string): string {
  return `${tenantPath(tenant, "executions", id, "file")}?path=${encodeURIComponent(uri)}`;
}

export interface FilePreview {
  type: "LIST" | "TEXT" | "IMAGE";
  extension: string;
  truncated: boolean;
  content: unknown;
}

/** The beginning of a file: rows of CSV, JSON lines and Parquet, a picture in base64, or text. */
export function filePreviewQuery(tenant: string, id: string, uri: string) {
  return queryOptions({
    queryKey: [...executionKeys.one(tenant, id), "file", uri],
    queryFn: ({ signal }) =>
      request<FilePreview>(tenantPath(tenant, "executions", id, "file", "preview"), {
        query: [
          ["path", uri],
          ["maxRows", "200"],
        ],
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

export interface StartRequest {
  form: FormData;
  labels: readonly string[];
  scheduleDate?: string;
}

export function startExecution(
  tenant: string,
  flow: FlowKey,
  start: StartRequest,
): Promise<Execution> {
  const query: [string, string][] = start.labels.map((label) => ["labels", label]);
  if (start.scheduleDate) query.push(["scheduleDate", start.scheduleDate]);
  return request<Execution>(tenantPath(tenant, "executions", flow.namespace, flow.id), {
    method: "POST",
    query,
    form: start.form,
  });
}

/** Which inputs apply, and what is wrong with them, told by the server before anything starts. */
export async function validateInputs(
  tenant: string,
  flow: FlowKey,
  form: FormData,
  signal: AbortSignal,
): Promise<InputValidation> {
  const path = tenantPath(tenant, "executions", flow.namespace, flow.id, "validate");
  const answer = await request<InputValidation | InputValidation[]>(path, {
    method: "POST",
    form,
    signal,
  });
  return (Array.isArray(answer) ? answer[0] : answer) ?? { inputs: [] };
}

/** What the task that an execution waits at asks whoever resumes it. */
export async function resumeQuestions(tenant: string, id: string): Promise<FlowInput[]> {
  const path = tenantPath(tenant, "executions", id, "actions", "resume", "validate");
  const answer = await request<InputValidation>(path, { method: "POST", form: new FormData() });
  return answer.inputs.filter((one) => one.enabled).map((one) => one.input);
}

export type Verb = "kill" | "restart" | "replay" | "pause" | "resume";

export interface ActOptions {
  taskRunId?: string;
  form?: FormData;
}

export function act(
  tenant: string,
  id: string,
  verb: Verb,
  options: ActOptions = {},
): Promise<Execution | undefined> {
  return request<Execution | undefined>(tenantPath(tenant, "executions", id, "actions", verb), {
    method: verb === "kill" ? "DELETE" : "POST",
    query: options.taskRunId ? [["taskRunId", options.taskRunId]] : [],
    form: options.form,
  });
}

export function deleteExecution(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "executions", id), { method: "DELETE" });
}

export type BulkVerb = "kill" | "restart" | "replay" | "delete";

export function actOnMany(
  tenant: string,
  ids: readonly string[],
  verb: BulkVerb,
): Promise<unknown> {
  const parts = verb === "delete" ? ["by-ids"] : [verb, "by-ids"];
  return request(tenantPath(tenant, "executions", ...parts), {
    method: verb === "kill" || verb === "delete" ? "DELETE" : "POST",
    json: ids,
  });
}

/** As a task run sees it; without one, as the execution as a whole does. */
export function evaluate(
  tenant: string,
  id: string,
  taskRunId: string | undefined,
  expression: string,
): Promise<{ result?: string | null; error?: string | null }> {
  const parts = ["executions", id, "actions", "eval", ...(taskRunId ? [taskRunId] : [])];
  return request(tenantPath(tenant, ...parts), { method: "POST", text: expression });
}
