/// How long the last runs took, one bar each; newest on the right. For the eye: the list below says the same.
import { Tooltip } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { Execution } from "@/api/types";
import { usePreferences } from "@/lib/preferences";
import { stateWord, toneOf } from "@/lib/states";
import { humanDuration, shortDate } from "@/lib/time";
import classes from "./overview.module.css";

export function DurationChart({ tenant, runs }: { tenant: string; runs: readonly Execution[] }) {
  const { zone } = usePreferences();
  const navigate = useNavigate();
  const bars = runs.toReversed().map((run) => {
    const began = Date.parse(run.state.startDate ?? run.state.histories[0]?.date ?? "");
    const ended = run.state.endDate ? Date.parse(run.state.endDate) : Date.now();
    return { run, began, took: Math.max(0, ended - began) };
  });
  const longest = Math.max(1, ...bars.map((bar) => bar.took));
  return (
    <div className={classes.chart} aria-hidden>
      <span className={classes.chartMost}>{humanDuration(longest)}</span>
      {bars.map(({ run, began, took }) => {
        const text = `${stateWord(run.state.current)} · ${humanDuration(took)} · ${shortDate(began, zone)}`;
        return (
          <Tooltip key={run.id} label={text}>
            {/* biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; links elsewhere lead to the same page. */}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above. */}
            <span
              className={classes.bar}
              data-tone={toneOf(run.state.current)}
              onClick={() =>
                void navigate({
                  to: "/$tenant/executions/$executionId",
                  params: { tenant, executionId: run.id },
                })
              }
            >
              <span style={{ height: `${Math.max(4, (took / longest) * 100)}%` }} />
            </span>
          </Tooltip>
        );
      })}
    </div>
  );
}
