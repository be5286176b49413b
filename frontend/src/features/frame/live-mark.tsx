/// Whether this page hears about changes at once, or asks now and then.
import { Tooltip } from "@mantine/core";
import { useConnected } from "@/api/use-live";
import classes from "./frame.module.css";

export function LiveMark() {
  const connected = useConnected();
  const why = connected
    ? "Changes arrive as they happen"
    : "No live connection at the moment; the page asks the server every few seconds";
  return (
    <Tooltip label={why}>
      <span
        className={classes.live}
        data-tone={connected ? "success" : "neutral"}
        role="status"
        aria-label={why}
      >
        <i />
        <span>{connected ? "Live" : "Polling"}</span>
      </span>
    </Tooltip>
  );
}
