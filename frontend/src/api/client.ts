/// The one door to the HTTP API: addresses, CSRF, bodies, and problems as one kind of error.
import type { SourceError } from "./types";

interface ProblemBody {
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  message?: string;
  errors?: SourceError[];
}

/** A refusal by the server, in the server's own words. `code` is stable; `status` 0 means "no answer". */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly errors: readonly SourceError[];
  /** All that the server said, for the few problems that say more than what is wrong. */
  readonly said: Readonly<Record<string, unknown>>;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.message ?? body.title ?? sentenceFor(status));
    this.status = status;
    this.code = body.code ?? `http.${status}`;
    this.errors = body.errors ?? [];
    this.said = { ...body };
  }
}

function sentenceFor(status: number): string {
  if (status === 0) return "The server does not answer. Check that it runs, then try again.";
  if (status === 403) return "You may not do this here. Ask an administrator of this namespace.";
  if (status === 404) return "This does not exist, or you may not see it.";
  if (status >= 500) return "The server failed. Try again; its log tells why.";
  return `The server refused the request (${status}).`;
}

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Iterable<readonly [string, string]>;
  json?: unknown;
  yaml?: string;
  text?: string;
  form?: FormData | URLSearchParams;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/** The cookie wins over the page's tag: signing in rotates the token while the page stays. */
export function csrfToken(cookies = document.cookie): string {
  const cookie = /(?:^|;\s*)(?:__Host-)?csrftoken=([^;]+)/.exec(cookies)?.[1];
  if (cookie) return decodeURIComponent(cookie);
  const tag = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  return tag === "__CSRF__" ? "" : tag;
}

function bodyOf(options: RequestOptions): { body?: BodyInit; type?: string } {
  if (options.json !== undefined)
    return { body: JSON.stringify(options.json), type: "application/json" };
  if (options.yaml !== undefined) return { body: options.yaml, type: "application/x-yaml" };
  if (options.text !== undefined) return { body: options.text, type: "text/plain" };
  // The browser writes the multipart boundary itself.
  return options.form ? { body: options.form } : {};
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const query = options.query
    ? new URLSearchParams([...options.query].map(([k, v]) => [k, v]))
    : "";
  const { body, type } = bodyOf(options);
  const method = options.method ?? "GET";
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (type) headers["Content-Type"] = type;
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  try {
    return await fetch(`${path}${query.toString() ? `?${query}` : ""}`, {
      method,
      headers,
      body,
      signal: options.signal,
      credentials: "same-origin",
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(0, {});
  }
}

async function problem(response: Response): Promise<ApiProblem> {
  const body = await response.text();
  try {
    return new ApiProblem(response.status, JSON.parse(body) as ProblemBody);
  } catch {
    return new ApiProblem(response.status, {});
  }
}

/** Sends, and reads JSON back; an empty answer is undefined. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  if (!response.ok) throw await problem(response);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** The first `limit` bytes of a text answer; the rest is not downloaded. */
export async function requestText(
  path: string,
  options: RequestOptions & { limit: number },
): Promise<{ text: string; cut: boolean }> {
  const response = await send(path, options);
  if (!response.ok) throw await problem(response);
  if (!response.body) return { text: "", cut: false };
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let read = 0;
  while (read < options.limit) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), cut: false };
    read += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return { text, cut: true };
}

/** `tenantPath("main", "flows", "a.b", "c")` → "/api/v1/main/flows/a.b/c", each part escaped. */
export function tenantPath(tenant: string, ...parts: string[]): string {
  return `/api/v1/${[tenant, ...parts].map(encodeURIComponent).join("/")}`;
}
