/// Where an audit trail is sent: of a tenant, or (without one) of the instance.
import { queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";

export type StreamKind = "WEBHOOK" | "SYSLOG";

export interface StreamConfig {
  url?: string;
  host?: string;
  port?: number;
  transport?: "TCP" | "TLS" | "UDP";
  facility?: string;
  appName?: string;
  hostname?: string;
  certificateAuthority?: string;
}

export interface StreamWish {
  name: string;
  kind: StreamKind;
  config: StreamConfig;
  enabled: boolean;
  fromNow?: boolean;
}

export interface AuditStream extends StreamWish {
  id: string;
  /** The last entry that the receiver has. */
  seq: number;
  lag: number;
  failures: number;
  error: string;
  nextAt: string | null;
  deliveredAt: string | null;
  deadLetters: number;
  createdAt: string;
}

export interface DeadLetter {
  id: string;
  first: number;
  last: number;
  error: string;
  createdAt: string;
}

export type Trail = string | undefined;

function at(trail: Trail, ...parts: string[]): string {
  const base = trail ? tenantPath(trail, "auditlogs", "streams") : "/api/v1/auditlogs/streams";
  return [base, ...parts.map(encodeURIComponent)].join("/");
}

export const streamsKey = (trail: Trail) => [trail ?? "instance", "audit-streams"] as const;

export function streamsQuery(trail: Trail) {
  return queryOptions({
    queryKey: [...streamsKey(trail), "list"],
    queryFn: ({ signal }) => request<{ results: AuditStream[] }>(at(trail), { signal }),
    refetchInterval: 15_000,
  });
}

export function streamQuery(trail: Trail, id: string) {
  return queryOptions({
    queryKey: [...streamsKey(trail), id],
    queryFn: ({ signal }) => request<AuditStream>(at(trail, id), { signal }),
    refetchInterval: 15_000,
  });
}

export function deadLettersQuery(trail: Trail, id: string) {
  return queryOptions({
    queryKey: [...streamsKey(trail), id, "dead-letters"],
    queryFn: ({ signal }) =>
      request<{ results: DeadLetter[] }>(at(trail, id, "dead-letters"), { signal }),
  });
}

/** A webhook's answer has the secret that signs its calls, this once. */
export function makeStream(
  trail: Trail,
  wish: StreamWish,
): Promise<AuditStream & { secret?: string }> {
  return request(at(trail), { method: "POST", json: wish });
}

export function changeStream(trail: Trail, id: string, wish: StreamWish): Promise<AuditStream> {
  return request(at(trail, id), { method: "PUT", json: wish });
}

export function deleteStream(trail: Trail, id: string): Promise<unknown> {
  return request(at(trail, id), { method: "DELETE" });
}

export function tryStream(trail: Trail, id: string): Promise<unknown> {
  return request(at(trail, id, "test"), { method: "POST", json: {} });
}

export function retryLetter(trail: Trail, id: string, letter: string): Promise<unknown> {
  return request(at(trail, id, "dead-letters", letter, "retry"), { method: "POST", json: {} });
}
