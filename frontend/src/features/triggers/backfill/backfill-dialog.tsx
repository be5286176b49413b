/// Running a schedule over past dates: choose the days, see what would run, start it.
import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  type BackfillWish,
  createBackfill,
  datesQuery,
  type TriggerAddress,
  triggerKeys,
} from "@/api/triggers";
import { usePreferences } from "@/lib/preferences";
import { plural } from "@/lib/text";
import { absoluteTime } from "@/lib/time";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";
import classes from "./backfill.module.css";
import { countsByDay, dayAfter, dayOf, spanAfter, startOfDay } from "./calendar";
import { CalendarView } from "./calendar-view";

interface BackfillDialogProps {
  tenant: string;
  at: TriggerAddress;
  onClose: () => void;
}

interface Shown {
  year: number;
  month: number;
}

export function BackfillDialog({ tenant, at, onClose }: BackfillDialogProps) {
  const { zone } = usePreferences();
  const client = useQueryClient();
  const today = dayOf(new Date().toISOString(), zone);
  const [shown, setShown] = useState<Shown>(() => monthBefore(today));
  const [span, setSpan] = useState<{ from?: string; to?: string }>({});
  const [inputs, setInputs] = useState("");
  const [label, setLabel] = useState("backfill:true");
  const wish = wishOf(span, today, zone, inputs, label);
  const create = useMutation({
    mutationFn: (asked: BackfillWish) => createBackfill(tenant, at, asked),
    onSuccess: async () => {
      tell("The backfill has begun");
      await client.invalidateQueries({ queryKey: triggerKeys.all(tenant) });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Backfill ${at.flowId} / ${at.triggerId}`} size={760}>
      <div className={classes.dialog}>
        <div>
          <Month
            tenant={tenant}
            at={at}
            shown={shown}
            today={today}
            span={span}
            onMonth={setShown}
            onSpan={setSpan}
          />
          <div className={classes.days}>
            <DayInput
              label="First day"
              value={span.from}
              latest={today}
              onChange={(from) => setSpan({ ...span, from })}
            />
            <DayInput
              label="Last day"
              value={span.to}
              latest={today}
              onChange={(to) => setSpan({ ...span, to })}
            />
          </div>
        </div>
        <div className={classes.plan}>
          <Preview tenant={tenant} at={at} wish={"problem" in wish ? undefined : wish} />
          <TextInput
            label="Label of each execution"
            description="key:value, to find them by"
            value={label}
            onChange={(event) => setLabel(event.currentTarget.value)}
          />
          <Textarea
            label="Other inputs than the trigger's"
            description="JSON, for example {&quot;full&quot;: true}"
            autosize
            minRows={2}
            maxRows={6}
            value={inputs}
            error={"problem" in wish && span.from ? wish.problem : undefined}
            onChange={(event) => setInputs(event.currentTarget.value)}
            styles={{ input: { fontFamily: "var(--font-mono)" } }}
          />
        </div>
      </div>
      {create.error && <Problem error={create.error} />}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          disabled={"problem" in wish}
          loading={create.isPending}
          onClick={() => !("problem" in wish) && create.mutate(wish)}
        >
          Start the backfill
        </Button>
      </Group>
    </Modal>
  );
}

/** The month in which past days are: this one, or the last when this one has just begun. */
function monthBefore(today: string): Shown {
  const first = new Date(`${today.slice(0, 7)}-01T00:00:00Z`);
  if (Number(today.slice(8)) < 8) first.setUTCMonth(first.getUTCMonth() - 1);
  return { year: first.getUTCFullYear(), month: first.getUTCMonth() };
}

function wishOf(
  span: { from?: string; to?: string },
  today: string,
  zone: string | undefined,
  inputs: string,
  label: string,
): BackfillWish | { problem: string } {
  if (!span.from) return { problem: "Choose the days." };
  const last = span.to ?? span.from;
  if (span.from > today) return { problem: "These days have not been yet." };
  if (last < span.from) return { problem: "The last day is before the first." };
  const end = Date.parse(startOfDay(dayAfter(last), zone)) - 1;
  const wish: BackfillWish = {
    start: startOfDay(span.from, zone),
    end: new Date(Math.min(end, Date.now())).toISOString(),
  };
  const colon = label.indexOf(":");
  if (colon > 0) wish.labels = [{ key: label.slice(0, colon), value: label.slice(colon + 1) }];
  if (!inputs.trim()) return wish;
  try {
    return { ...wish, inputs: JSON.parse(inputs) as Record<string, unknown> };
  } catch {
    return { problem: "This is not JSON." };
  }
}

interface MonthProps extends Omit<BackfillDialogProps, "onClose"> {
  shown: Shown;
  today: string;
  span: { from?: string; to?: string };
  onMonth: (shown: Shown) => void;
  onSpan: (span: { from?: string; to?: string }) => void;
}

function Month({ tenant, at, shown, today, span, onMonth, onSpan }: MonthProps) {
  const { zone } = usePreferences();
  // Days of the neighbouring months are shown too.
  const from = new Date(Date.UTC(shown.year, shown.month, -7)).toISOString();
  const to = new Date(Date.UTC(shown.year, shown.month + 1, 8)).toISOString();
  const { data, error } = useQuery(datesQuery(tenant, at, { from, to }));
  if (error) return <Problem error={error} />;
  return (
    <CalendarView
      {...shown}
      latest={today}
      from={span.from}
      to={span.to}
      counts={countsByDay(data?.dates ?? [], zone)}
      onMonth={(year, month) => onMonth({ year, month })}
      onPick={(day) => onSpan(spanAfter(span, day))}
    />
  );
}

interface DayInputProps {
  label: string;
  value: string | undefined;
  latest: string;
  onChange: (day: string | undefined) => void;
}

function DayInput({ label, value, latest, onChange }: DayInputProps) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value ?? ""}
      max={latest}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}

interface PreviewProps extends Omit<BackfillDialogProps, "onClose"> {
  wish: BackfillWish | undefined;
}

function Preview({ tenant, at, wish }: PreviewProps) {
  const { zone } = usePreferences();
  const { data, error } = useQuery({
    ...datesQuery(tenant, at, { from: wish?.start ?? "", to: wish?.end }),
    enabled: wish !== undefined,
  });
  if (!wish)
    return (
      <p className={classes.hint}>
        Choose the first and the last day. The figure in a day is how many dates it has.
      </p>
    );
  if (error) return <Problem error={error} />;
  if (!data) return <p className={classes.hint}>Counting…</p>;
  const { dates, truncated } = data;
  const show = (date: string | undefined) => date && absoluteTime(Date.parse(date), zone);
  if (dates.length === 0)
    return <p className={classes.hint}>The schedule has no date in these days.</p>;
  return (
    <div className={classes.preview}>
      <strong>{truncated ? `More than ${dates.length}` : plural(dates.length, "execution")}</strong>
      <dl>
        <dt>first</dt>
        <dd>{show(dates[0])}</dd>
        <dt>last</dt>
        <dd>{truncated ? "later" : show(dates.at(-1))}</dd>
      </dl>
      <p>
        They run one date after the other, as the flow's limits allow. Meanwhile the ordinary
        schedule stands still. Dates that a condition of the trigger refuses are left out.
      </p>
    </div>
  );
}
