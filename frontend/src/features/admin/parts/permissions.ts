/// Permissions as a table of resources and verbs, and as the shortest list of patterns. Pure.

export interface PermissionTable {
  verbs: string[];
  rows: { resource: string; verbs: ReadonlySet<string> }[];
}

const ORDER = ["view", "create", "edit", "kill", "delete"];

const NAMES: Readonly<Record<string, string>> = {
  kv: "KV values",
  serviceaccount: "Service accounts",
  audit: "Audit trail",
  log: "Logs",
  metric: "Metrics",
  file: "Files",
};

export function resourceName(resource: string): string {
  const known = NAMES[resource];
  if (known) return known;
  const word = resource.charAt(0).toUpperCase() + resource.slice(1);
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

function parts(permission: string): [string, string] {
  const at = permission.indexOf(".");
  return [permission.slice(0, at), permission.slice(at + 1)];
}

/** The catalogue as a table; verbs that are not known yet stand at the end. */
export function permissionTable(catalogue: readonly string[]): PermissionTable {
  const rows = new Map<string, Set<string>>();
  for (const permission of catalogue) {
    const [resource, verb] = parts(permission);
    rows.set(resource, (rows.get(resource) ?? new Set()).add(verb));
  }
  const used = new Set(catalogue.map((permission) => parts(permission)[1]));
  const verbs = [
    ...ORDER.filter((verb) => used.has(verb)),
    ...[...used].filter((verb) => !ORDER.includes(verb)).sort(),
  ];
  return { verbs, rows: [...rows].map(([resource, held]) => ({ resource, verbs: held })) };
}

/** `flow.view, flow.edit, …` of a whole resource becomes `flow.*`. */
export function patterns(chosen: ReadonlySet<string>, catalogue: readonly string[]): string[] {
  if (chosen.size > 0 && catalogue.every((permission) => chosen.has(permission))) return ["*"];
  return permissionTable(catalogue).rows.flatMap(({ resource, verbs }) => {
    const all = [...verbs].map((verb) => `${resource}.${verb}`);
    const held = all.filter((permission) => chosen.has(permission));
    return held.length === all.length ? [`${resource}.*`] : held;
  });
}

/** Toggles one permission. Whoever may change something has to see it, so the view comes along. */
export function toggled(
  chosen: ReadonlySet<string>,
  permission: string,
  catalogue: readonly string[],
): Set<string> {
  const next = new Set(chosen);
  const [resource, verb] = parts(permission);
  if (!next.delete(permission)) {
    next.add(permission);
    const view = `${resource}.view`;
    if (catalogue.includes(view)) next.add(view);
  } else if (verb === "view") {
    for (const other of chosen) if (parts(other)[0] === resource) next.delete(other);
  }
  return next;
}

/** What came and what went, for a person to check before it is saved. */
export function difference(before: readonly string[], after: ReadonlySet<string>) {
  const had = new Set(before);
  return {
    added: [...after].filter((permission) => !had.has(permission)).sort(),
    removed: before.filter((permission) => !after.has(permission)).sort(),
  };
}
