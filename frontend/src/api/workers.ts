/// Worker groups, their workers, and what these can take.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";

export interface WorkerToken {
  id: string;
  name: string;
  tokenPrefix: string;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  revoked: boolean;
  valid: boolean;
}

export interface Capacity {
  workers: number;
  slots: number;
  used: number;
  free: number;
  /** What could start now and has no worker yet; of a tenant, its own. */
  waiting: number;
  /** False: the queue is longer than what is counted. */
  waitingExact: boolean;
  oldestWaitingSince: string | null;
}

export interface WorkerGroup {
  id: string;
  key: string;
  queue: string;
  description: string;
  scope: "INSTANCE" | "TENANT";
  tenant: string | null;
  deletable: boolean;
  workers: number;
  capacity: Capacity;
  tokens: WorkerToken[];
}

export interface Worker {
  id: string;
  group: string;
  state: string;
  host: string;
  pid: number;
  version: string;
  labels: Record<string, string>;
  remote: boolean;
  slots: number;
  running: number;
  startedAt: string;
  lastSeenAt: string;
  stoppedAt: string | null;
}

/** The groups that a tenant's flows may name, or (undefined) all of the instance. */
export type Keeper = string | undefined;

function at(keeper: Keeper, ...parts: string[]): string {
  const base = keeper ? tenantPath(keeper, "worker-groups") : "/api/v1/instance/worker-groups";
  return [base, ...parts.map(encodeURIComponent)].join("/");
}

export const workersKey = (keeper: Keeper) => [keeper ?? "instance", "worker-groups"] as const;

export function workerGroupsQuery(keeper: Keeper) {
  return queryOptions({
    queryKey: [...workersKey(keeper), "list"],
    queryFn: ({ signal }) => request<{ workerGroups: WorkerGroup[] }>(at(keeper), { signal }),
    refetchInterval: 10_000,
  });
}

export function workerGroupQuery(keeper: Keeper, id: string) {
  return queryOptions({
    queryKey: [...workersKey(keeper), id],
    queryFn: ({ signal }) => request<WorkerGroup>(at(keeper, id), { signal }),
    refetchInterval: 10_000,
  });
}

export function workersQuery(keeper: Keeper, id: string) {
  return queryOptions({
    queryKey: [...workersKey(keeper), id, "workers"],
    queryFn: ({ signal }) => request<{ workers: Worker[] }>(at(keeper, id, "workers"), { signal }),
    refetchInterval: 10_000,
  });
}

/** Every worker of the instance, also of groups that nobody has declared. */
export const everyWorkerQuery = queryOptions({
  queryKey: ["instance", "workers"],
  queryFn: ({ signal }) => request<{ workers: Worker[] }>("/api/v1/instance/workers", { signal }),
  refetchInterval: 10_000,
});

export function makeWorkerGroup(
  keeper: Keeper,
  facts: { key: string; description: string },
): Promise<WorkerGroup> {
  return request(at(keeper), { method: "POST", json: facts });
}

export function deleteWorkerGroup(keeper: Keeper, id: string, force: boolean): Promise<unknown> {
  return request(at(keeper, id), {
    method: "DELETE",
    query: force ? [["force", "true"]] : [],
  });
}

export function issueWorkerToken(
  keeper: Keeper,
  id: string,
  name: string,
): Promise<{ token: string; details: WorkerToken }> {
  return request(at(keeper, id, "tokens"), { method: "POST", json: { name } });
}

export function revokeWorkerToken(keeper: Keeper, id: string, token: string): Promise<unknown> {
  return request(at(keeper, id, "tokens", token, "revoke"), { method: "POST", json: {} });
}

export function drainWorker(
  keeper: Keeper,
  id: string,
  worker: string,
  drain: boolean,
): Promise<Worker> {
  return request(at(keeper, id, "workers", worker, "drain"), {
    method: drain ? "POST" : "DELETE",
  });
}
