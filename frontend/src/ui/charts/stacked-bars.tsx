/// Counts over time by state, one bar for each part of the time; the same as a table for whoever wants figures.
import { Button, Tooltip } from "@mantine/core";
import { IconChartBar, IconTable } from "@tabler/icons-react";
import { useState } from "react";
import { STATES, stateWord, toneOf } from "@/lib/states";
import classes from "./charts.module.css";

export interface StackedPart {
  /** What the part is called, for example when it begins. */
  label: string;
  counts: Readonly<Record<string, number>>;
}

export interface StackedBarsProps {
  title: string;
  parts: readonly StackedPart[];
  onPick?: (place: number) => void;
}

const total = (part: StackedPart) => Object.values(part.counts).reduce((sum, one) => sum + one, 0);

export function StackedBars({ title, parts, onPick }: StackedBarsProps) {
  const [asTable, setAsTable] = useState(false);
  const states = STATES.filter((state) => parts.some((part) => part.counts[state]));
  return (
    <figure className={classes.figure} aria-label={title}>
      <div className={classes.legend}>
        {states.map((state) => (
          <span key={state} data-tone={toneOf(state)}>
            <i aria-hidden /> {stateWord(state)}
          </span>
        ))}
        <Button
          className={classes.toggle}
          variant="subtle"
          size="compact-xs"
          leftSection={asTable ? <IconChartBar size={13} /> : <IconTable size={13} />}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? "Chart" : "Table"}
        </Button>
      </div>
      {asTable ? (
        <Figures title={title} parts={parts} states={states} />
      ) : (
        <Bars parts={parts} states={states} onPick={onPick} />
      )}
    </figure>
  );
}

interface PartsProps {
  parts: readonly StackedPart[];
  states: readonly string[];
}

function Bars({ parts, states, onPick }: PartsProps & Pick<StackedBarsProps, "onPick">) {
  const most = Math.max(1, ...parts.map(total));
  return (
    <div className={classes.plot} aria-hidden>
      <span className={classes.most}>{most.toLocaleString("en")}</span>
      {parts.map((part, place) => (
        <Tooltip key={part.label} label={spoken(part)} multiline>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: a short way for the mouse; the table and the lists say the same. */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above. */}
          <span className={classes.column} onClick={() => total(part) > 0 && onPick?.(place)}>
            {states.map((state) => {
              const count = part.counts[state] ?? 0;
              const height = `${Math.max((count / most) * 100, 2)}%`;
              return count > 0 && <span key={state} data-tone={toneOf(state)} style={{ height }} />;
            })}
          </span>
        </Tooltip>
      ))}
      <span className={classes.first}>{parts[0]?.label}</span>
      <span className={classes.last}>{parts.at(-1)?.label}</span>
    </div>
  );
}

function spoken(part: StackedPart): string {
  const counts = STATES.filter((state) => part.counts[state]).map(
    (state) => `${part.counts[state]} ${stateWord(state).toLowerCase()}`,
  );
  return `${part.label}: ${counts.join(", ") || "none"}`;
}

function Figures({ title, parts, states }: PartsProps & { title: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={classes.figures} tabIndex={0} aria-label={title}>
      <table>
        <thead>
          <tr>
            <th>From</th>
            {states.map((state) => (
              <th key={state}>{stateWord(state)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part.label}>
              <th scope="row">{part.label}</th>
              {states.map((state) => (
                <td key={state}>{part.counts[state] ?? 0}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
