/// Durations and instants in words: relative for the eye, absolute for the record.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 84_500 becomes "1m 24s"; two units at most, so that columns stay narrow. */
export function humanDuration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 10) / 100).toFixed(2)}s`;
  if (ms < MINUTE) return `${(Math.floor(ms / 100) / 10).toFixed(1)}s`;
  if (ms < HOUR) return pair(ms, MINUTE, "m", 1000, "s");
  if (ms < DAY) return pair(ms, HOUR, "h", MINUTE, "m");
  return pair(ms, DAY, "d", HOUR, "h");
}

function pair(ms: number, big: number, bigUnit: string, small: number, smallUnit: string): string {
  const whole = Math.floor(ms / big);
  const rest = Math.floor((ms % big) / small);
  return rest ? `${whole}${bigUnit} ${rest}${smallUnit}` : `${whole}${bigUnit}`;
}

const RELATIVE: readonly [number, Intl.RelativeTimeFormatUnit][] = [
  [365 * DAY, "year"],
  [30 * DAY, "month"],
  [7 * DAY, "week"],
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
  [1000, "second"],
];

const relativeFormat = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

export function relativeTime(instant: number, now: number): string {
  const distance = instant - now;
  if (Math.abs(distance) < 5000) return "just now";
  const unit = RELATIVE.find(([size]) => Math.abs(distance) >= size);
  return unit ? relativeFormat.format(Math.round(distance / unit[0]), unit[1]) : "just now";
}

/** `zone` undefined means the browser's own. */
export function absoluteTime(instant: number, zone?: string): string {
  return part(instant, zone, {
    year: "numeric",
    month: "short",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
}

export function clockTime(instant: number, zone?: string): string {
  return part(instant, zone, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
}

export function shortDate(instant: number, zone?: string): string {
  return part(instant, zone, {
    month: "short",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function part(instant: number, zone: string | undefined, options: Intl.DateTimeFormatOptions) {
  const key = JSON.stringify([zone, options]);
  let format = formats.get(key);
  if (!format) {
    // Building a formatter costs a hundred times more than using it: ten thousand log lines share one.
    format = new Intl.DateTimeFormat("en-GB", { ...options, ...(zone ? { timeZone: zone } : {}) });
    formats.set(key, format);
  }
  return format.format(instant);
}

/** Round steps for an axis that spans `span` ms, at most `most` of them. */
export function axisStep(span: number, most: number): number {
  const steps = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1000,
    2000,
    5000,
    10_000,
    15_000,
    30_000,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    30 * DAY,
  ];
  return steps.find((step) => span / step <= most) ?? 90 * DAY;
}
