/// Roles, and who has which one where.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { filter, type Paging, pagingQuery } from "./filters";
import { type Named, type NameSearch, type Person, rightsKey } from "./principals";
import type { Page } from "./types";

export interface RoleBrief extends Named {
  description: string;
  isDefault: boolean;
  /** Built in: it cannot be changed. */
  isManaged: boolean;
  permissionCount: number;
}

export interface Role extends RoleBrief {
  /** Names such as `flow.view`. */
  actions: string[];
}

export interface Binding {
  id: string;
  type: "USER" | "GROUP";
  /** Null is the whole tenant. */
  namespace: string | null;
  role: Named;
  user: Person | null;
  group: Named | null;
  createdAt?: string;
}

export function rolesQuery(tenant: string, search: NameSearch) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "roles", search],
    queryFn: ({ signal }) =>
      request<Page<Role>>(tenantPath(tenant, "roles", "search"), {
        query: [...pagingQuery(search), ...filter("q", "EQUALS", search.q)],
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function roleQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "role", id],
    queryFn: ({ signal }) => request<Role>(tenantPath(tenant, "roles", id), { signal }),
  });
}

export function suggestRolesQuery(tenant: string, q: string) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "suggest-roles", q],
    queryFn: ({ signal }) =>
      request<RoleBrief[]>(tenantPath(tenant, "roles", "autocomplete"), {
        method: "POST",
        json: { q },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export interface RoleFacts {
  name: string;
  description: string;
  isDefault: boolean;
  permissions: string[];
}

export function makeRole(tenant: string, facts: RoleFacts): Promise<Role> {
  return request(tenantPath(tenant, "roles"), { method: "POST", json: facts });
}

export function changeRole(tenant: string, id: string, facts: RoleFacts): Promise<Role> {
  return request(tenantPath(tenant, "roles", id), { method: "PUT", json: facts });
}

export function deleteRole(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "roles", id), { method: "DELETE" });
}

export interface BindingSearch extends Paging {
  namespace?: string;
  type?: string;
  /** A person, a service account or a group. */
  principal?: string;
}

export function bindingsQuery(tenant: string, search: BindingSearch) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "bindings", search],
    queryFn: ({ signal }) =>
      request<Page<Binding>>(tenantPath(tenant, "bindings", "search"), {
        query: [
          ...pagingQuery({ page: search.page, size: search.size }),
          ...filter("namespace", "EQUALS", search.namespace),
          ...filter("type", "EQUALS", search.type),
          ...filter("external_id", "EQUALS", search.principal),
        ],
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export interface NewBinding {
  type: "USER" | "GROUP";
  externalId: string;
  roleId: string;
  /** Absent is the whole tenant. */
  namespaceId?: string;
}

export function bind(tenant: string, binding: NewBinding): Promise<Binding> {
  return request(tenantPath(tenant, "bindings"), { method: "POST", json: binding });
}

export function unbind(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "bindings", id), { method: "DELETE" });
}
