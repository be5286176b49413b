/// How announcements are worded and timed. Pure.
import type { AnnouncementKind } from "@/api/announcements";

type Tone = "running" | "warning" | "danger";

export const KINDS: readonly { value: AnnouncementKind; label: string; tone: Tone }[] = [
  { value: "INFO", label: "Information", tone: "running" },
  { value: "WARNING", label: "Warning", tone: "warning" },
  { value: "ERROR", label: "Critical", tone: "danger" },
];

export function kindOf(type: AnnouncementKind) {
  return KINDS.find((kind) => kind.value === type) ?? KINDS[0];
}

/** "2026-01-31T08:00:00.000000Z" → what a box for date and time shows, in UTC. */
export function boxOf(date: string | null): string {
  return date?.slice(0, 16) ?? "";
}

export function dateOf(box: string): string | null {
  return box ? `${box}:00Z` : null;
}

/** Whether it is shown, will be, or was. */
export function standing(
  { startDate, endDate }: { startDate: string | null; endDate: string | null },
  now: number,
): "shown" | "to come" | "over" {
  if (endDate && Date.parse(endDate) <= now) return "over";
  return startDate && Date.parse(startDate) > now ? "to come" : "shown";
}
