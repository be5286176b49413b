/// Months as weeks of days, and how many dates of a schedule fall on each. Pure.

export interface Day {
  /** "2026-03-01", in the reader's time zone. */
  key: string;
  number: number;
  inMonth: boolean;
}

export interface Month {
  key: string;
  title: string;
  weeks: Day[][];
}

const keyOf = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);

export function monthOf(year: number, month: number): Month {
  const first = new Date(Date.UTC(year, month, 1));
  // Weeks begin on Monday.
  const offset = (first.getUTCDay() + 6) % 7;
  const weeks = Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, weekday): Day => {
      const place = week * 7 + weekday - offset + 1;
      const key = keyOf(year, month, place);
      const inMonth = new Date(`${key}T00:00:00Z`).getUTCMonth() === first.getUTCMonth();
      return { key, number: Number(key.slice(8)), inMonth };
    }),
  ).filter((week) => week.some((day) => day.inMonth));
  const title = first.toLocaleDateString("en", { month: "long", year: "numeric", timeZone: "UTC" });
  return { key: keyOf(year, month, 1).slice(0, 7), title, weeks };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The day on which an instant falls for the reader. */
export function dayOf(instant: string, zone: string | undefined): string {
  const name = zone ?? "";
  let format = formats.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat("en-CA", { ...(zone ? { timeZone: zone } : {}) });
    formats.set(name, format);
  }
  return format.format(Date.parse(instant));
}

export function countsByDay(
  dates: readonly string[],
  zone: string | undefined,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const date of dates) {
    const day = dayOf(date, zone);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return counts;
}

/** A first click begins a span, a second ends it, a third begins anew. */
export function spanAfter(
  span: { from?: string; to?: string },
  day: string,
): { from?: string; to?: string } {
  if (!span.from || span.to) return { from: day };
  return day < span.from ? { from: day, to: span.from } : { from: span.from, to: day };
}

/** The instant at which a day begins in a time zone: the offset of the zone there and then. */
export function startOfDay(day: string, zone: string | undefined): string {
  const utc = Date.parse(`${day}T00:00:00Z`);
  const guess = utc - offsetOf(utc, zone);
  // Around a change of the clock the offset of the guess may be the other one.
  return new Date(utc - offsetOf(guess, zone)).toISOString();
}

export function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

function offsetOf(instant: number, zone: string | undefined): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    ...(zone ? { timeZone: zone } : {}),
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const local = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return local - Math.floor(instant / 1000) * 1000;
}
