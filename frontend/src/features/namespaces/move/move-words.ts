/// What a move means, in words: how much goes along, and what is left to do by hand.
import type { NamespaceMove } from "@/api/namespaces";
import { plural } from "@/lib/text";

const COUNTED = [
  ["namespaces", "namespace"],
  ["flows", "flow"],
  ["triggers", "trigger"],
  ["executions", "execution"],
] as const;

/** Such as "2 namespaces, 3 flows, 120 executions": what there is none of is left out. */
export function goesAlong(move: NamespaceMove): string {
  return COUNTED.filter(([name]) => move.moved[name])
    .map(([name, word]) => plural(move.moved[name] ?? 0, word))
    .join(", ");
}

/** What nobody is shown by name: mentions in flows that one may not see, or too many to list. */
export function hidden(move: NamespaceMove): string | null {
  const count = move.hiddenMentions;
  return count ? `${plural(count, "more place")} in flows that are not listed here` : null;
}
