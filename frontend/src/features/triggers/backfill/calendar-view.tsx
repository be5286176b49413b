/// A month in which a span of days is chosen; each day says how many dates of the schedule it holds.
import { ActionIcon } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { plural } from "@/lib/text";
import classes from "./backfill.module.css";
import { type Day, monthOf } from "./calendar";

export interface CalendarProps {
  year: number;
  month: number;
  from: string | undefined;
  to: string | undefined;
  /** Days after this one have not been, and cannot be chosen. */
  latest: string;
  counts: ReadonlyMap<string, number>;
  onMonth: (year: number, month: number) => void;
  onPick: (day: string) => void;
}

const WEEKDAYS = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];

export function CalendarView(props: CalendarProps) {
  const { year, month, counts, onMonth } = props;
  const shown = monthOf(year, month);
  const most = Math.max(1, ...counts.values());
  const turn = (step: number) => {
    const next = new Date(Date.UTC(year, month + step, 1));
    onMonth(next.getUTCFullYear(), next.getUTCMonth());
  };
  return (
    <div className={classes.calendar}>
      <div className={classes.calendarHead}>
        <ActionIcon aria-label="Previous month" onClick={() => turn(-1)}>
          <IconChevronLeft size={16} />
        </ActionIcon>
        <strong aria-live="polite">{shown.title}</strong>
        <ActionIcon aria-label="Next month" onClick={() => turn(1)}>
          <IconChevronRight size={16} />
        </ActionIcon>
      </div>
      <table className={classes.month}>
        <thead>
          <tr>
            {WEEKDAYS.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.weeks.map((week) => (
            <tr key={week[0]?.key}>
              {week.map((day) => (
                <td key={day.key}>
                  <DayButton {...props} day={day} most={most} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DayButton(props: CalendarProps & { day: Day; most: number }) {
  const { day, from, to, latest, counts, most, onPick } = props;
  const count = counts.get(day.key) ?? 0;
  const inside = from !== undefined && day.key >= from && day.key <= (to ?? from);
  return (
    <button
      type="button"
      className={classes.day}
      data-outside={!day.inMonth || undefined}
      data-inside={inside || undefined}
      aria-pressed={inside}
      disabled={day.key > latest}
      aria-label={`${day.key}, ${plural(count, "date")}`}
      onClick={() => onPick(day.key)}
    >
      <span>{day.number}</span>
      {count > 0 && day.key <= latest && (
        <span className={classes.heat} style={{ opacity: 0.35 + 0.65 * (count / most) }}>
          {count}
        </span>
      )}
    </button>
  );
}
