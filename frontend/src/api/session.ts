/// Who is signed in, and how one gets in and out.
import { queryOptions } from "@tanstack/react-query";
import { request } from "./client";
import type { Me } from "./types";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => request<Me>("/api/v1/me", { signal }),
  staleTime: 5 * 60_000,
  retry: false,
});

export interface Setup {
  done: boolean;
  repositoryType?: string;
  queueType?: string;
  storageType?: string;
  secretType?: string;
  passwordConfiguration?: { passwordMinLength?: number };
}

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => request<Setup>("/api/v1/setup", { signal }),
  staleTime: 0,
  retry: false,
});

export const configsQuery = queryOptions({
  queryKey: ["configs"],
  queryFn: ({ signal }) => request<{ version?: string }>("/api/v1/configs", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export function signIn(credentials: { username: string; password: string }): Promise<unknown> {
  return request("/login", { method: "POST", json: credentials });
}

export function signOut(): Promise<unknown> {
  return request("/logout", { method: "POST" });
}

export interface FirstAdmin {
  username: string;
  password: string;
  /** Printed by the server at its start; asked for when the browser is on another machine. */
  token?: string;
}

export function setUp({ username, password, token }: FirstAdmin): Promise<unknown> {
  return request("/api/v1/setup", {
    method: "POST",
    json: { username, password },
    headers: token ? { "X-Setup-Token": token } : {},
  });
}

export function displayName(me: Me): string {
  return [me.firstName, me.lastName].filter(Boolean).join(" ") || me.email;
}

export interface Profile {
  firstName: string;
  lastName: string;
  email: string;
}

export function changeProfile(profile: Partial<Profile>): Promise<Me> {
  return request("/api/v1/me", { method: "PATCH", json: profile });
}

/** Every session ends with the old password, this one included. */
export function changePassword(oldPassword: string, newPassword: string): Promise<unknown> {
  return request("/api/v1/me/password", { method: "PUT", json: { oldPassword, newPassword } });
}
