/// The last runs of a flow as bars: colour for the state, height for how long it took.
import { Tooltip } from "@mantine/core";
import { isTerminal, stateWord, toneOf } from "@/lib/states";
import { plural } from "@/lib/text";
import { humanDuration } from "@/lib/time";
import classes from "./state.module.css";

export interface StripRun {
  id: string;
  state: string;
  duration: number;
  /** What the tooltip adds, for example when it began. */
  note: string;
}

export interface RunStripProps {
  /** Newest last. */
  runs: readonly StripRun[];
  places?: number;
  /** A short way for the mouse; bars are too narrow to be targets of their own. */
  onPick: (run: StripRun) => void;
}

export function RunStrip({ runs, places = 14, onPick }: RunStripProps) {
  const shown = runs.slice(-places);
  const longest = Math.max(1, ...shown.map((run) => run.duration));
  const empty = Array.from({ length: places - shown.length }, (_, place) => place);
  return (
    <span className={classes.strip} role="img" aria-label={describe(shown)}>
      {empty.map((place) => (
        <span key={place} className={classes.ghost} />
      ))}
      {shown.map((run) => (
        <Tooltip
          key={run.id}
          label={`${stateWord(run.state)} · ${humanDuration(run.duration)} · ${run.note}`}
        >
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; links elsewhere lead to the same page. */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above. */}
          <span
            className={classes.bar}
            data-tone={toneOf(run.state)}
            data-live={!isTerminal(run.state) || undefined}
            style={{ height: 6 + Math.round((run.duration / longest) * 16) }}
            onClick={() => onPick(run)}
          />
        </Tooltip>
      ))}
    </span>
  );
}

function describe(runs: readonly StripRun[]): string {
  const failed = runs.filter((run) => run.state === "FAILED").length;
  return `The last ${plural(runs.length, "run")}, ${failed || "none"} of them failed`;
}
