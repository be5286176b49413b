/// The instance: its tenants, its people, its health.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ApiProblem, request } from "./client";
import { filter, pagingQuery } from "./filters";
import type { NameSearch } from "./principals";
import type { Page } from "./types";

export interface Tenant {
  id: string;
  name: string;
  suspended?: { reason: string } | null;
}

export interface InstancePerson {
  id: string;
  email: string;
  displayName: string;
  firstName: string;
  lastName: string;
  superAdmin: boolean;
  instanceOwner: boolean;
}

export interface NewPerson {
  email: string;
  password: string;
  firstName: string;
  lastName: string;
}

const person = (id: string, ...parts: string[]) =>
  `/api/v1/users/${[id, ...parts].map(encodeURIComponent).join("/")}`;

export function tenantsQuery(search: NameSearch) {
  return queryOptions({
    queryKey: ["instance", "tenants", search],
    queryFn: ({ signal }) =>
      request<Page<Tenant>>("/api/v1/tenants/search", {
        query: [...pagingQuery(search), ...filter("q", "EQUALS", search.q)],
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

export function makeTenant(facts: { id: string; name: string }): Promise<Tenant> {
  return request("/api/v1/tenants", { method: "POST", json: facts });
}

export function instancePeopleQuery(search: NameSearch) {
  return queryOptions({
    queryKey: ["instance", "people", search],
    queryFn: ({ signal }) =>
      request<Page<InstancePerson>>("/api/v1/users", {
        query: [...pagingQuery(search), ...filter("q", "EQUALS", search.q)],
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}

/** Those whose name or address contains a text; for a question that is asked once. */
export function findPeople(q: string): Promise<Page<InstancePerson>> {
  return request("/api/v1/users", {
    query: [...pagingQuery({ page: 1, size: 100 }), ...filter("q", "EQUALS", q)],
  });
}

export function makePerson(facts: NewPerson): Promise<InstancePerson> {
  return request("/api/v1/users", { method: "POST", json: facts });
}

export function deletePerson(id: string): Promise<unknown> {
  return request(person(id), { method: "DELETE" });
}

export function setSuperAdmin(id: string, superAdmin: boolean): Promise<InstancePerson> {
  return request(person(id, "superadmin"), { method: "PATCH", json: { superAdmin } });
}

export function setInstanceOwner(id: string, instanceOwner: boolean): Promise<InstancePerson> {
  return request(person(id, "instanceowner"), { method: "PATCH", json: { instanceOwner } });
}

/** The probes answer 503 with words when something is down, so a refusal is an answer here. */
async function probe(path: string): Promise<{ status: string; reason?: string }> {
  try {
    return await request(path);
  } catch (error) {
    if (error instanceof ApiProblem && error.status > 0) return { status: "DOWN" };
    throw error;
  }
}

export const readyQuery = queryOptions({
  queryKey: ["instance", "ready"],
  queryFn: () => probe("/health/ready"),
  refetchInterval: 15_000,
});
