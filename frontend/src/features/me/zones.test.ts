import { describe, expect, it } from "vitest";
import { zoneChoices } from "./zones";

describe("time zones", () => {
  it("begin with the browser's own and with UTC, each once", () => {
    const choices = zoneChoices("Europe/Berlin");
    expect(choices[0]).toEqual({ value: "local", label: "This browser (Europe/Berlin)" });
    expect(choices[1]?.value).toBe("UTC");
    expect(new Set(choices.map((choice) => choice.value)).size).toBe(choices.length);
  });

  it("are read without underscores", () => {
    const found = zoneChoices("UTC").find((choice) => choice.value === "America/New_York");
    expect(found?.label).toBe("America/New York");
  });
});
