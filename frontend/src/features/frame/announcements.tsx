/// What everybody is told, above every page; live, and gone for whoever has dismissed it.
import { ActionIcon } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle, IconUrgent, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type Announcement,
  type AnnouncementKind,
  announcementKeys,
  toldQuery,
} from "@/api/announcements";
import { useLiveQueries, usePolling } from "@/api/use-live";
import classes from "./announcements.module.css";

const LOOKS: Record<AnnouncementKind, { icon: typeof IconX; tone: string; word: string }> = {
  INFO: { icon: IconInfoCircle, tone: "running", word: "Information" },
  WARNING: { icon: IconAlertTriangle, tone: "warning", word: "Warning" },
  ERROR: { icon: IconUrgent, tone: "danger", word: "Critical" },
};
const STORE = "downbeat.dismissed";
// Old ones never come back; more than these are not worth remembering.
const REMEMBERED = 100;

/** What is dismissed is this message: said anew, it is read again. */
function markOf({ id, message }: Announcement): string {
  return `${id} ${message}`;
}

function dismissedBefore(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(STORE) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function Announcements({ tenant }: { tenant: string }) {
  const polling = usePolling(true);
  const { data } = useQuery({ ...toldQuery(tenant), refetchInterval: polling });
  useLiveQueries(["announcements"], [announcementKeys.told(tenant)]);
  const [dismissed, setDismissed] = useState(dismissedBefore);
  const dismiss = (one: Announcement) => {
    const next = [...dismissed, markOf(one)].slice(-REMEMBERED);
    localStorage.setItem(STORE, JSON.stringify(next));
    setDismissed(next);
  };
  const told = (data ?? []).filter((one) => !one.dismissible || !dismissed.includes(markOf(one)));
  if (told.length === 0) return null;
  return (
    <section className={classes.all} aria-label="Announcements">
      {told.map((one) => (
        <Told key={one.id} one={one} onDismiss={() => dismiss(one)} />
      ))}
    </section>
  );
}

function Told({ one, onDismiss }: { one: Announcement; onDismiss: () => void }) {
  const { icon: Icon, tone, word } = LOOKS[one.type] ?? LOOKS.INFO;
  return (
    <div className={classes.one} data-tone={tone} role={one.type === "ERROR" ? "alert" : "status"}>
      <Icon size={17} aria-label={word} />
      <p dir="auto">{one.message}</p>
      {one.dismissible && (
        <ActionIcon size="sm" variant="transparent" aria-label="Dismiss" onClick={onDismiss}>
          <IconX size={15} />
        </ActionIcon>
      )}
    </div>
  );
}
