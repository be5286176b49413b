/// An instant, relative for the eye and absolute on demand; and how long something took.
import { Tooltip } from "@mantine/core";
import { usePreferences } from "@/lib/preferences";
import { absoluteTime, humanDuration, relativeTime } from "@/lib/time";
import { useNow } from "@/lib/use-now";

export function When({ at }: { at: string | null | undefined }) {
  const now = useNow(30_000);
  const { zone } = usePreferences();
  if (!at) return <span>–</span>;
  const instant = Date.parse(at);
  return (
    <Tooltip label={absoluteTime(instant, zone)}>
      <time dateTime={at} className="numeric" style={{ whiteSpace: "nowrap" }}>
        {relativeTime(instant, Math.max(now, Date.now()))}
      </time>
    </Tooltip>
  );
}

export interface TookProps {
  from: string | null | undefined;
  /** Absent while it still runs: the clock ticks. */
  to: string | null | undefined;
}

export function Took({ from, to }: TookProps) {
  const now = useNow(to || !from ? undefined : 1000);
  if (!from) return <span>–</span>;
  const end = to ? Date.parse(to) : Math.max(now, Date.parse(from));
  return <span className="numeric">{humanDuration(end - Date.parse(from))}</span>;
}
