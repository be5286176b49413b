/// The files of a namespace: a tree that is read folder by folder.
import { queryOptions } from "@tanstack/react-query";
import { request, requestText, tenantPath } from "./client";
import { namespaceKeys } from "./stores";

export interface FileEntry {
  fileName: string;
  type: "File" | "Directory";
  size: number;
  creationTime: number;
  lastModifiedTime: number;
}

function at(tenant: string, namespace: string, ...parts: string[]): string {
  return tenantPath(tenant, "namespaces", namespace, "files", ...parts);
}

/** More than this is not edited in a browser. */
export const LARGEST_TEXT = 1_000_000;

export const fileKeys = {
  all: (tenant: string, namespace: string) =>
    [...namespaceKeys.one(tenant, namespace), "files"] as const,
};

export function folderQuery(tenant: string, namespace: string, path: string) {
  return queryOptions({
    queryKey: [...fileKeys.all(tenant, namespace), "folder", path],
    queryFn: ({ signal }) =>
      request<FileEntry[]>(at(tenant, namespace, "directory"), { query: [["path", path]], signal }),
  });
}

export function fileTextQuery(tenant: string, namespace: string, path: string) {
  return queryOptions({
    queryKey: [...fileKeys.all(tenant, namespace), "text", path],
    queryFn: ({ signal }) =>
      requestText(at(tenant, namespace), { query: [["path", path]], signal, limit: LARGEST_TEXT }),
    retry: false,
    staleTime: 0,
  });
}

export function fileDownloadPath(tenant: string, namespace: string, path: string): string {
  return `${at(tenant, namespace)}?path=${encodeURIComponent(path)}`;
}

export function exportPath(tenant: string, namespace: string): string {
  return at(tenant, namespace, "export");
}

export function uploadFile(
  tenant: string,
  namespace: string,
  path: string,
  content: Blob,
): Promise<unknown> {
  const form = new FormData();
  form.set("fileContent", content, path.slice(path.lastIndexOf("/") + 1));
  return request(at(tenant, namespace), { method: "POST", query: [["path", path]], form });
}

export function makeFolder(tenant: string, namespace: string, path: string): Promise<unknown> {
  return request(at(tenant, namespace, "directory"), { method: "POST", query: [["path", path]] });
}

export function movePath(
  tenant: string,
  namespace: string,
  from: string,
  to: string,
): Promise<unknown> {
  return request(at(tenant, namespace), {
    method: "PUT",
    query: [
      ["from", from],
      ["to", to],
    ],
  });
}

export function deletePath(tenant: string, namespace: string, path: string): Promise<unknown> {
  return request(at(tenant, namespace), { method: "DELETE", query: [["path", path]] });
}
