/// A number over time as bars from zero, with its figures beside it.
import { Tooltip } from "@mantine/core";
import classes from "./charts.module.css";

export interface Point {
  label: string;
  value: number;
}

const figure = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 3 });

export function NumberChart({ title, points }: { title: string; points: readonly Point[] }) {
  const most = Math.max(...points.map((point) => point.value), 0) || 1;
  return (
    <figure className={classes.figure} aria-label={title}>
      <div className={classes.plot} aria-hidden>
        <span className={classes.most}>{figure(most)}</span>
        {points.map((point) => (
          <Tooltip key={point.label} label={`${point.label}: ${figure(point.value)}`}>
            <span className={classes.column}>
              <span
                data-tone="running"
                style={{ height: `${Math.max((point.value / most) * 100, 1)}%` }}
              />
            </span>
          </Tooltip>
        ))}
        <span className={classes.first}>{points[0]?.label}</span>
        {points.length > 1 && <span className={classes.last}>{points.at(-1)?.label}</span>}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={classes.figures} tabIndex={0} aria-label={`${title}, figures`}>
        <table>
          <thead>
            <tr>
              <th>From</th>
              <th>Value</th>
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map((point) => (
              <tr key={point.label}>
                <th scope="row">{point.label}</th>
                <td>{figure(point.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
