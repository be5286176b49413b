/// What somebody's roles add up to at a place. Pure.
import type { Assignment } from "@/api/principals";

/** Whether a role on `held` also holds on `place`: rights flow down. Null is the whole tenant. */
export function reaches(held: string | null, place: string | undefined): boolean {
  if (held === null) return true;
  return place !== undefined && (place === held || place.startsWith(`${held}.`));
}

const OURS: Readonly<Record<string, string>> = {
  KVSTORE: "kv",
  CREDENTIAL: "connection",
  NAMESPACE_FILE: "file",
  SERVICE_ACCOUNT: "serviceaccount",
  AUDITLOG: "audit",
};

/** `AUDITLOG`, `UPDATE` → `audit.edit`: the API shows roles of people in the wire's words. */
export function permissionName(resource: string, action: string): string {
  const verb = action === "UPDATE" ? "edit" : action.toLowerCase();
  return `${OURS[resource] ?? resource.toLowerCase().replaceAll("_", "")}.${verb}`;
}

export function effective(roles: readonly Assignment[], place: string | undefined): Set<string> {
  return new Set(
    roles
      .filter((role) => reaches(role.namespace, place))
      .flatMap((role) =>
        role.permissions.flatMap(({ resource, actions }) =>
          actions.map((action) => permissionName(resource, action)),
        ),
      ),
  );
}
