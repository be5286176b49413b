/// Namespaces as a tree: which are shown, how deep, and with what below them. Pure.

export interface Branch {
  id: string;
  /** The last word of the path. */
  name: string;
  depth: number;
  /** Whether anything lies below. */
  parent: boolean;
}

/** In the order of the tree. Ancestors that one may not see are left out, their children stay. */
export function branchesOf(ids: readonly string[], q = "", closed: ReadonlySet<string> = NONE) {
  const known = new Set(ids);
  const wanted = q.trim().toLowerCase();
  const matching = new Set(ids.filter((id) => id.toLowerCase().includes(wanted)));
  const shown = wanted
    ? ids.filter((id) => [...matching].some((one) => one === id || one.startsWith(`${id}.`)))
    : ids.filter((id) => !ancestorsOf(id).some((one) => closed.has(one)));
  return shown.toSorted(byPath).map((id): Branch => {
    const above = ancestorsOf(id).filter((one) => known.has(one));
    const nearest = above.at(-1);
    return {
      id,
      name: nearest ? id.slice(nearest.length + 1) : id,
      depth: above.length,
      parent: ids.some((one) => one.startsWith(`${id}.`)),
    };
  });
}

const NONE: ReadonlySet<string> = new Set();

/** "a.b.c" → ["a", "a.b"] */
export function ancestorsOf(id: string): string[] {
  const words = id.split(".");
  return words.slice(1).map((_, place) => words.slice(0, place + 1).join("."));
}

/** "a.z" stands below "a" and before "a-b": by words, not by characters. */
function byPath(one: string, other: string): number {
  const [a, b] = [one.split("."), other.split(".")];
  for (let place = 0; place < Math.min(a.length, b.length); place += 1) {
    const order = (a[place] ?? "").localeCompare(b[place] ?? "", "en");
    if (order) return order;
  }
  return a.length - b.length;
}
