/// The window of a policy: hours of the week, and spans such as a freeze.
import { ActionIcon, Button, MultiSelect, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import parts from "../parts/parts.module.css";
import classes from "./policies.module.css";
import { DAYS, type HoursDraft, type PolicyDraft, type SpanDraft } from "./policy-draft";

const DAY_WORDS: Readonly<Record<string, string>> = {
  MON: "Mon",
  TUE: "Tue",
  WED: "Wed",
  THU: "Thu",
  FRI: "Fri",
  SAT: "Sat",
  SUN: "Sun",
};
const OFFICE: HoursDraft = {
  days: ["MON", "TUE", "WED", "THU", "FRI"],
  from: "09:00",
  to: "17:00",
};

export interface TimesProps {
  draft: PolicyDraft;
  set: (more: Partial<PolicyDraft>) => void;
}

export function Times({ draft, set }: TimesProps) {
  const { hours, spans } = draft;
  return (
    <div className={classes.times}>
      <div>
        <span className={parts.choiceLabel}>Window</span>
        <p className={parts.choiceHint}>
          Within any of these times. To refuse changes in a freeze, refuse its span; to allow them
          in office hours only, require the hours.
        </p>
      </div>
      {hours.length > 0 && (
        <Select
          label="Time zone of the hours"
          searchable
          allowDeselect={false}
          style={{ maxWidth: 260 }}
          data={["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]}
          value={draft.timezone}
          onChange={(timezone) => set({ timezone: timezone ?? "UTC" })}
        />
      )}
      {hours.map((one, at) => (
        <Line
          // biome-ignore lint/suspicious/noArrayIndexKey: hours have no name; the place is who they are.
          key={at}
          what={`hours ${at + 1}`}
          onRemove={() => set({ hours: without(hours, at) })}
        >
          <HoursLine one={one} onChange={(next) => set({ hours: hours.with(at, next) })} />
        </Line>
      ))}
      {spans.map((one, at) => (
        <Line
          // biome-ignore lint/suspicious/noArrayIndexKey: spans have no name; the place is who they are.
          key={at}
          what={`span ${at + 1}`}
          onRemove={() => set({ spans: without(spans, at) })}
        >
          <SpanLine one={one} onChange={(next) => set({ spans: spans.with(at, next) })} />
        </Line>
      ))}
      <div className={classes.add}>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => set({ hours: [...hours, OFFICE] })}
        >
          Add hours
        </Button>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => set({ spans: [...spans, { from: "", to: "" }] })}
        >
          Add a span
        </Button>
      </div>
    </div>
  );
}

function without<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, place) => place !== at);
}

interface LineProps {
  what: string;
  onRemove: () => void;
  children: ReactNode;
}

function Line({ what, onRemove, children }: LineProps) {
  return (
    <div className={classes.time}>
      {children}
      <ActionIcon variant="default" size={30} aria-label={`Remove ${what}`} onClick={onRemove}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}

function HoursLine({ one, onChange }: { one: HoursDraft; onChange: (next: HoursDraft) => void }) {
  return (
    <>
      <MultiSelect
        data-days
        size="xs"
        label="Days"
        data={DAYS.map((day) => ({ value: day, label: DAY_WORDS[day] ?? day }))}
        value={one.days}
        onChange={(days) => onChange({ ...one, days })}
      />
      <TextInput
        label="From"
        type="time"
        value={one.from}
        onChange={(event) => onChange({ ...one, from: event.currentTarget.value })}
        required
      />
      <TextInput
        label="To"
        type="time"
        value={one.to}
        onChange={(event) => onChange({ ...one, to: event.currentTarget.value })}
        required
      />
    </>
  );
}

function SpanLine({ one, onChange }: { one: SpanDraft; onChange: (next: SpanDraft) => void }) {
  return (
    <>
      <TextInput
        label="From (UTC)"
        type="datetime-local"
        value={one.from}
        onChange={(event) => onChange({ ...one, from: event.currentTarget.value })}
        required
      />
      <TextInput
        label="To (UTC)"
        type="datetime-local"
        value={one.to}
        onChange={(event) => onChange({ ...one, to: event.currentTarget.value })}
        required
      />
    </>
  );
}
