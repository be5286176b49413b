/// The people and service accounts of a tenant, and its groups.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request, tenantPath } from "./client";
import { filter, type Paging, pagingQuery } from "./filters";
import type { Page } from "./types";

export type PrincipalType = "STANDARD" | "SERVICE_ACCOUNT";

export interface Named {
  id: string;
  name: string;
}

export interface Person {
  id: string;
  username: string;
  displayName: string;
  type: PrincipalType;
}

export interface Entrant extends Person {
  description: string;
  groups: (Named & { external: boolean })[];
}

export interface Assignment extends Named {
  namespace: string | null;
  origin: "GROUP" | "BINDING";
  /** The group, or the binding itself. */
  sourceId: string;
  permissions: { resource: string; actions: string[] }[];
}

export interface EntrantDetail extends Entrant {
  roles: Assignment[];
  superAdmin: boolean;
}

export interface Group extends Named {
  description: string;
}

export interface Membership extends Named {
  external: boolean;
  membership: "OWNER" | "MEMBER";
}

export interface GroupMember extends Person {
  groups: Membership[];
}

export interface ServiceAccount extends Named {
  description: string;
  groups: Named[];
}

export interface NameSearch extends Paging {
  q?: string;
}

function namedQuery(search: NameSearch) {
  return [...pagingQuery(search), ...filter("q", "EQUALS", search.q)];
}

/** Everything about people, groups and rights; one change moves many lists. */
export const rightsKey = (tenant: string) => [tenant, "rights"] as const;

export function entrantsQuery(tenant: string, search: NameSearch) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "entrants", search],
    queryFn: ({ signal }) =>
      request<Page<Entrant>>(tenantPath(tenant, "tenant-access"), {
        query: namedQuery(search),
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function entrantQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "entrant", id],
    queryFn: ({ signal }) =>
      request<EntrantDetail>(tenantPath(tenant, "tenant-access", id), { signal }),
  });
}

/** People whose name or address contains a text; at most a hundred. */
export function suggestPeopleQuery(tenant: string, q: string) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "suggest-people", q],
    queryFn: ({ signal }) =>
      request<Entrant[]>(tenantPath(tenant, "tenant-access", "autocomplete"), {
        method: "POST",
        json: { q },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function suggestGroupsQuery(tenant: string, q: string) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "suggest-groups", q],
    queryFn: ({ signal }) =>
      request<Group[]>(tenantPath(tenant, "groups", "autocomplete"), {
        method: "POST",
        json: { q },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function letIn(tenant: string, email: string): Promise<unknown> {
  return request(tenantPath(tenant, "tenant-access"), { method: "POST", json: { email } });
}

export function letInById(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "tenant-access", id), { method: "PUT" });
}

export function shutOut(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "tenant-access", id), { method: "DELETE" });
}

export function setGroups(tenant: string, id: string, groupIds: string[]): Promise<unknown> {
  return request(tenantPath(tenant, "users", id, "groups"), { method: "PUT", json: { groupIds } });
}

export function groupsQuery(tenant: string, search: NameSearch) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "groups", search],
    queryFn: ({ signal }) =>
      request<Page<Group>>(tenantPath(tenant, "groups", "search"), {
        query: namedQuery(search),
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function groupQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "group", id],
    queryFn: ({ signal }) => request<Group>(tenantPath(tenant, "groups", id), { signal }),
  });
}

export function membersQuery(tenant: string, id: string, paging: Paging) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "group", id, "members", paging],
    queryFn: ({ signal }) =>
      request<Page<GroupMember>>(tenantPath(tenant, "groups", id, "members"), {
        query: pagingQuery(paging),
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export interface GroupFacts {
  name: string;
  description: string;
}

export function makeGroup(tenant: string, facts: GroupFacts): Promise<Group> {
  return request(tenantPath(tenant, "groups"), { method: "POST", json: facts });
}

export function changeGroup(tenant: string, id: string, facts: GroupFacts): Promise<Group> {
  return request(tenantPath(tenant, "groups", id), { method: "PUT", json: facts });
}

export function deleteGroup(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "groups", id), { method: "DELETE" });
}

export function addMember(tenant: string, group: string, user: string): Promise<unknown> {
  return request(tenantPath(tenant, "groups", group, "members", user), { method: "PUT" });
}

export function removeMember(tenant: string, group: string, user: string): Promise<unknown> {
  return request(tenantPath(tenant, "groups", group, "members", user), { method: "DELETE" });
}

export function setMembership(
  tenant: string,
  group: string,
  user: string,
  membership: "OWNER" | "MEMBER",
): Promise<unknown> {
  return request(tenantPath(tenant, "groups", group, "members", "membership", user), {
    method: "PUT",
    query: [["membership", membership]],
  });
}

export function accountsQuery(tenant: string, paging: Paging) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "accounts", paging],
    queryFn: ({ signal }) =>
      request<Page<ServiceAccount>>(tenantPath(tenant, "service-accounts"), {
        query: pagingQuery(paging),
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function accountQuery(tenant: string, id: string) {
  return queryOptions({
    queryKey: [...rightsKey(tenant), "account", id],
    queryFn: ({ signal }) =>
      request<ServiceAccount>(tenantPath(tenant, "service-accounts", id), { signal }),
  });
}

export function makeAccount(tenant: string, facts: GroupFacts): Promise<ServiceAccount> {
  return request(tenantPath(tenant, "service-accounts"), { method: "POST", json: facts });
}

export function changeAccount(
  tenant: string,
  id: string,
  facts: GroupFacts,
): Promise<ServiceAccount> {
  return request(tenantPath(tenant, "service-accounts", id), { method: "PUT", json: facts });
}

export function deleteAccount(tenant: string, id: string): Promise<unknown> {
  return request(tenantPath(tenant, "service-accounts", id), { method: "DELETE" });
}
