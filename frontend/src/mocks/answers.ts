/// How the mock server writes down its routes and its answers.
import type { SourceError } from "../api/types.ts";
import type { World } from "./world.ts";

export interface MockRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  signedIn: boolean;
}

export interface MockAnswer {
  status: number;
  json?: unknown;
  text?: string;
  cookie?: string;
}

export const ok = (json?: unknown): MockAnswer => ({ status: 200, json });
export const refuse = (status: number, detail: string, errors: SourceError[] = []): MockAnswer => ({
  status,
  json: { status, detail, code: `mock.${status}`, errors },
});

export const page = <T>(all: T[], query: URLSearchParams) => {
  const size = Number(query.get("size") ?? 25);
  const from = (Number(query.get("page") ?? 1) - 1) * size;
  return { results: all.slice(from, from + size), total: all.length };
};

export type Handler = (world: World, request: MockRequest, part: string[]) => MockAnswer;
export const routes: [string, RegExp, Handler][] = [];
export const on = (method: string, pattern: string, handler: Handler) => {
  const expression = pattern.replace(/^T/, "/api/v1/[^/]+").replaceAll("*", "([^/]+)");
  routes.push([method, new RegExp(`^${expression}$`), handler]);
};
