/// The steps of letting somebody in: an account if there is none, then the door, then a role.
import { ApiProblem, request, tenantPath } from "@/api/client";
import { findPeople, makePerson, type NewPerson } from "@/api/instance";
import type { Entrant } from "@/api/principals";
import { letIn, letInById } from "@/api/principals";
import { bind } from "@/api/roles";

export interface Wish {
  email: string;
  roleId?: string;
  namespaceId?: string;
}

export type Outcome = { done: true } | { done: false; why: "unknown" };

/** Lets in whom the instance knows already; "unknown" means that an account has to be made first. */
export async function letInKnown(tenant: string, wish: Wish, looks: boolean): Promise<Outcome> {
  // Whoever may look up all accounts does so; for the others the door itself tells.
  const id = looks ? await accountOf(wish.email) : await throughTheDoor(tenant, wish.email);
  if (!id) return { done: false, why: "unknown" };
  if (looks) await letInById(tenant, id);
  if (wish.roleId) await giveRole(tenant, id, wish);
  return { done: true };
}

async function accountOf(email: string): Promise<string | undefined> {
  const { results } = await findPeople(email.trim());
  return results.find((one) => same(one.email, email))?.id;
}

async function throughTheDoor(tenant: string, email: string): Promise<string | undefined> {
  try {
    await letIn(tenant, email);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
  return idOf(tenant, email);
}

const same = (one: string, other: string) => one.toLowerCase() === other.trim().toLowerCase();

export async function letInNew(tenant: string, person: NewPerson, wish: Wish): Promise<void> {
  const made = await makePerson(person);
  await letInById(tenant, made.id);
  if (wish.roleId) await giveRole(tenant, made.id, wish);
}

async function idOf(tenant: string, email: string): Promise<string> {
  const found = await request<Entrant[]>(tenantPath(tenant, "tenant-access", "autocomplete"), {
    method: "POST",
    json: { q: email },
  });
  const person = found.find((one) => same(one.username, email));
  if (!person)
    throw new Error("They were let in, but cannot be seen. Give the role on their page.");
  return person.id;
}

function giveRole(tenant: string, id: string, { roleId, namespaceId }: Wish): Promise<unknown> {
  return bind(tenant, { type: "USER", externalId: id, roleId: roleId ?? "", namespaceId });
}

const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A first password that can be read out over the phone: no letter looks like another. */
export function firstPassword(): string {
  const bytes = crypto.getRandomValues(new Uint32Array(18));
  return [...bytes]
    .map((n, at) => (at % 6 === 5 ? "-" : LETTERS[n % LETTERS.length]))
    .join("")
    .slice(0, 17);
}
