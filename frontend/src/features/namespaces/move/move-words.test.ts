import { expect, test } from "vitest";
import type { NamespaceMove } from "@/api/namespaces";
import { goesAlong, hidden } from "./move-words";

const MOVE: NamespaceMove = {
  moved: { namespaces: 2, flows: 1, revisions: 4, triggers: 0, executions: 12_000 },
  mentions: [],
  hiddenMentions: 0,
  webhooks: [],
};

test("says how much goes along, and nothing of what there is none of", () => {
  expect(goesAlong(MOVE)).toBe("2 namespaces, 1 flow, 12,000 executions");
});

test("tells of places that are not listed only where there are some", () => {
  expect(hidden(MOVE)).toBeNull();
  expect(hidden({ ...MOVE, hiddenMentions: 1 })).toBe(
    "1 more place in flows that are not listed here",
  );
});
