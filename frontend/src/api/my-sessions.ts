/// Where I am signed in.
import { queryOptions } from "@tanstack/react-query";
import { request } from "./client";
import type { Page } from "./types";

export interface MySession {
  id: string;
  /** The browser that asks. */
  current: boolean;
  address: string;
  userAgent: string;
  /** The tenant whose identity provider vouched for it; null: a password. */
  tenant: string | null;
  startedAt: string | null;
  lastSeenAt: string | null;
  expiresAt: string;
}

export const mySessionsQuery = queryOptions({
  queryKey: ["me", "sessions"],
  queryFn: ({ signal }) => request<Page<MySession>>("/api/v1/me/sessions", { signal }),
});

export function endSession(id: string): Promise<unknown> {
  return request(`/api/v1/me/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
}

export function endOtherSessions(): Promise<{ ended: number }> {
  return request("/api/v1/me/sessions", { method: "DELETE" });
}
