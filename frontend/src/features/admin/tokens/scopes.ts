/// How long tokens live, and what their scopes say. Pure.
export const LIVES = [
  { value: "P7D", label: "7 days" },
  { value: "P30D", label: "30 days" },
  { value: "P90D", label: "90 days" },
  { value: "P180D", label: "180 days" },
  { value: "P365D", label: "1 year" },
] as const;

export const USUAL_LIFE = "P90D";
const DAY = 86_400_000;
const SOON = 14 * DAY;

export type Standing = "expired" | "expires soon" | "valid";

export function standing(expires: string, now: number): Standing {
  const left = Date.parse(expires) - now;
  if (left <= 0) return "expired";
  return left < SOON ? "expires soon" : "valid";
}

/** The few words of a row: everything, or the first patterns and how many more. */
export function scopeWords(scopes: readonly string[], most = 3): string {
  if (scopes.length === 0 || scopes.includes("*")) return "Everything the owner may";
  const shown = scopes.slice(0, most).join(", ");
  return scopes.length > most ? `${shown} and ${scopes.length - most} more` : shown;
}
