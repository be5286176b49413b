/// Schedules in words, for those that have short ones. Pure.

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "once a year",
  "@annually": "once a year",
  "@monthly": "on the 1st of each month",
  "@weekly": "on Sundays at 00:00",
  "@daily": "daily at 00:00",
  "@midnight": "daily at 00:00",
  "@hourly": "every hour",
};
const DAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"];
const NUMBER = /^\d{1,2}$/;
const STEP = /^\*\/(\d{1,2})$/;

/** "40 23 * * 1-5" becomes "Monday to Friday at 23:40"; undefined when the expression itself says it better. */
export function cronWords(cron: string): string | undefined {
  const text = cron.trim();
  if (text.startsWith("@")) return NICKNAMES[text];
  const parts = text.split(/\s+/);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = parts;
  if (parts.length !== 5 || month !== "*") return undefined;
  if (hour === "*" && day === "*" && weekday === "*") return everyHour(minute);
  if (!NUMBER.test(minute)) return undefined;
  if (day === "*" && weekday === "*" && minute === "0" && STEP.test(hour))
    return everyFew(STEP.exec(hour)?.[1] ?? "", 24, "hour");
  if (!NUMBER.test(hour)) return undefined;
  const days = daysOf(day, weekday);
  return days && `${days} at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
}

function everyHour(minute: string): string | undefined {
  if (minute === "*") return "every minute";
  if (NUMBER.test(minute)) return `every hour at :${minute.padStart(2, "0")}`;
  return everyFew(STEP.exec(minute)?.[1] ?? "", 60, "minute");
}

/** A step that does not divide its whole begins anew with each whole: then "every" would be untrue. */
function everyFew(step: string, whole: number, unit: string): string | undefined {
  const count = Number(step);
  if (!count || whole % count !== 0) return undefined;
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

function daysOf(day: string, weekday: string): string | undefined {
  if (day === "*" && weekday === "*") return "daily";
  if (day === "*") {
    if (weekday === "1-5" || weekday.toUpperCase() === "MON-FRI") return "Monday to Friday";
    return /^[0-7]$/.test(weekday) ? DAYS[Number(weekday) % 7] : undefined;
  }
  if (weekday !== "*" || !NUMBER.test(day)) return undefined;
  return day === "1" ? "on the 1st of each month" : `on day ${Number(day)} of each month`;
}
