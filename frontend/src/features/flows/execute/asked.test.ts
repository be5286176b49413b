import { expect, test } from "vitest";
import { inputsAsked, labelsAsked } from "./asked";

test("a file is named by its digest, everything else as it is", async () => {
  const file = new File(["hello"], "day.csv");
  expect(
    await inputsAsked([
      ["day", "2026-03-01"],
      ["orders", file],
    ]),
  ).toEqual({
    day: "2026-03-01",
    orders: "file day.csv sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  });
});

test("labels are pairs", () => {
  expect(labelsAsked(["team:data", "url:a:b"])).toEqual({ team: "data", url: "a:b" });
});
