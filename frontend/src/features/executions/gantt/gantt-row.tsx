/// One task run in time.
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { memo } from "react";
import { stateWord, toneOf } from "@/lib/states";
import { humanDuration } from "@/lib/time";
import { StateIcon } from "@/ui/state";
import classes from "./gantt.module.css";
import type { Row, Segment, Span } from "./rows";

interface GanttRowProps {
  row: Row;
  span: Span;
  now: number;
  top: number;
  height: number;
  folded: boolean;
  critical: boolean;
  opened: boolean;
  onFold: (id: string) => void;
  onOpen: (id: string) => void;
}

export const GanttRow = memo((props: GanttRowProps) => {
  const { row, top, height, folded, critical, opened, onFold, onOpen } = props;
  const { run } = row;
  const Fold = folded ? IconChevronRight : IconChevronDown;
  return (
    <div
      className={classes.row}
      style={{ height, transform: `translateY(${top}px)` }}
      data-opened={opened || undefined}
      data-reused={row.reused || undefined}
    >
      <div className={classes.name} style={{ paddingLeft: 12 + row.depth * 16 }}>
        {row.isGroup ? (
          <button
            type="button"
            className={classes.fold}
            aria-expanded={!folded}
            aria-label={`${folded ? "Show" : "Hide"} the children of ${run.taskId}`}
            onClick={() => onFold(run.id)}
          >
            <Fold size={14} aria-hidden />
          </button>
        ) : (
          <span className={classes.noFold} />
        )}
        <StateIcon state={run.state.current} />
        <button type="button" className={classes.task} onClick={() => onOpen(run.id)}>
          <strong>{run.taskId}</strong>
          {run.value && <span className={classes.value}>{run.value}</span>}
          <span className="visually-hidden">, {stateWord(run.state.current)}</span>
        </button>
        {critical && <i className={classes.criticalKey} title="On the critical path" />}
      </div>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the task's name beside it is the button. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above. */}
      <div className={classes.track} onClick={() => onOpen(run.id)}>
        <Bars {...props} />
      </div>
    </div>
  );
});

function place(from: number, to: number, span: Span) {
  const length = span.to - span.from;
  return {
    left: `${((from - span.from) / length) * 100}%`,
    width: `${(Math.max(0, to - from) / length) * 100}%`,
  };
}

function describe(segment: Segment, now: number): string {
  const took = humanDuration((segment.to ?? now) - segment.from);
  if (segment.kind === "wait") return `${stateWord(segment.state)} for ${took}`;
  const attempt = segment.attempt ? `Attempt ${segment.attempt}: ` : "";
  return `${attempt}${stateWord(segment.state)}, ${took}`;
}

function Bars({ row, span, now, critical }: GanttRowProps) {
  if (row.reused) return <span className={classes.took}>taken over</span>;
  const end = row.to ?? now;
  const length = span.to - span.from;
  const attempts = row.run.attempts?.length ?? 0;
  // The margin on the right holds a duration, but not a duration and a number of attempts.
  const late = attempts > 1 && (end - span.from) / length > 0.86;
  const edge = late ? (row.from - span.from) / length : (end - span.from) / length;
  return (
    <>
      {row.segments.map((segment) => (
        <span
          key={`${segment.kind}${segment.from}`}
          className={segment.kind === "wait" ? classes.wait : classes.bar}
          style={place(segment.from, segment.to ?? now, span)}
          data-tone={toneOf(segment.state)}
          data-group={row.isGroup || undefined}
          data-live={segment.to === undefined || undefined}
          data-critical={critical || undefined}
          title={describe(segment, now)}
        />
      ))}
      <span
        className={classes.took}
        data-late={late || undefined}
        style={late ? { right: `${(1 - edge) * 100}%` } : { left: `${edge * 100}%` }}
      >
        {humanDuration(end - row.from)}
        {attempts > 1 && ` · ${attempts} attempts`}
      </span>
    </>
  );
}
