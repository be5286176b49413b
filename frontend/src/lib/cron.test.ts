import { describe, expect, it } from "vitest";
import { cronWords } from "./cron";

describe("the words of a schedule", () => {
  it.each([
    ["40 23 * * *", "daily at 23:40"],
    ["5 6 * * 1-5", "Monday to Friday at 06:05"],
    ["0 9 * * 7", "Sundays at 09:00"],
    ["0 9 1 * *", "on the 1st of each month at 09:00"],
    ["30 4 15 * *", "on day 15 of each month at 04:30"],
    ["*/15 * * * *", "every 15 minutes"],
    ["7 * * * *", "every hour at :07"],
    ["* * * * *", "every minute"],
    ["0 */6 * * *", "every 6 hours"],
    ["@daily", "daily at 00:00"],
  ])("%s is %s", (cron, words) => expect(cronWords(cron)).toBe(words));

  it.each(["*/7 * * * *", "0 0 13 * 5", "0 9 * 2 *", "0 9 * * 1,3", "0 0 9 * * *", "@reboot", ""])(
    "are left out where they would be long or untrue: %s",
    (cron) => expect(cronWords(cron)).toBeUndefined(),
  );
});
