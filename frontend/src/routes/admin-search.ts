/// The search parameters of the pages of administration.
import { type Raw, text, tidy, whole } from "./search";

export interface ListSearch {
  q?: string;
  page?: number;
  size?: number;
}

export function listSearch(raw: Raw): ListSearch {
  return tidy({
    q: text(raw.q),
    page: whole(raw.page, 2, 100_000),
    size: whole(raw.size, 10, 1000),
  });
}

export interface ApprovalsSearch {
  /** Those that are decided too. */
  all?: boolean;
}

export function approvalsSearch(raw: Raw): ApprovalsSearch {
  return tidy({ all: raw.all === true || raw.all === "true" ? true : undefined });
}

export interface UserSearch {
  /** The namespace whose effective rights are shown; absent is the whole tenant. */
  at?: string;
}

export function userSearch(raw: Raw): UserSearch {
  return tidy({ at: text(raw.at) });
}

export interface NewRoleSearch {
  /** The role to begin with. */
  from?: string;
}

export function newRoleSearch(raw: Raw): NewRoleSearch {
  return tidy({ from: text(raw.from) });
}

export interface BindingsSearch extends ListSearch {
  place?: string;
  type?: "USER" | "GROUP";
  principal?: string;
}

export function bindingsSearch(raw: Raw): BindingsSearch {
  const type = text(raw.type);
  return tidy({
    ...listSearch(raw),
    place: text(raw.place),
    type: type === "USER" || type === "GROUP" ? type : undefined,
    principal: text(raw.principal),
  });
}

export interface AuditSearch extends ListSearch {
  type?: string;
  resource?: string;
  user?: string;
  place?: string;
  object?: string;
  range?: string;
  /** The entry that is open. */
  entry?: string;
}

export function auditSearch(raw: Raw): AuditSearch {
  return tidy({
    ...listSearch(raw),
    type: text(raw.type),
    resource: text(raw.resource),
    user: text(raw.user),
    place: text(raw.place),
    object: text(raw.object),
    range: text(raw.range),
    entry: text(raw.entry),
  });
}

export const QUESTIONS = ["who", "why", "impact", "unused"] as const;
export type Question = (typeof QUESTIONS)[number];

export interface AccessSearch {
  ask?: Question;
  permission?: string;
  place?: string;
  user?: string;
  group?: string;
  binding?: string;
  days?: number;
}

export function accessSearch(raw: Raw): AccessSearch {
  const ask = QUESTIONS.find((one) => one === raw.ask);
  return tidy({
    ask,
    permission: text(raw.permission),
    place: text(raw.place),
    user: text(raw.user),
    group: text(raw.group),
    binding: text(raw.binding),
    days: whole(raw.days, 1, 3650),
  });
}

export interface ProviderSearch {
  /** The test login that one comes back from. */
  test?: string;
}

export function providerSearch(raw: Raw): ProviderSearch {
  return tidy({ test: text(raw.test) });
}
