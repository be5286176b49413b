/// Whether this page hears about changes at once, or asks now and then.
import { Tooltip } from "@mantine/core";
import { useConnected, useUsedUp } from "@/api/use-live";
import classes from "./frame.module.css";

export function LiveMark() {
  const connected = useConnected();
  const usedUp = useUsedUp();
  const why = usedUp
    ? "This tenant has used up its API requests per minute; changes arrive late until the minute is over"
    : connected
      ? "Changes arrive as they happen"
      : "No live connection at the moment; the page asks the server every few seconds";
  return (
    <Tooltip label={why}>
      <span
        className={classes.live}
        data-tone={usedUp ? "warning" : connected ? "success" : "neutral"}
        role="status"
        aria-label={why}
      >
        <i />
        <span>{usedUp ? "Slowed down" : connected ? "Live" : "Polling"}</span>
      </span>
    </Tooltip>
  );
}
