/// What narrows a list of executions. Every choice is in the URL, so that a list can be sent to somebody.
import { MultiSelect, Popover, Select, TextInput, UnstyledButton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { type FormEvent, useRef, useState } from "react";
import { parseLabel, RANGES } from "@/api/filters";
import type { FlowKey } from "@/api/types";
import { usePreferences } from "@/lib/preferences";
import { STATES, stateWord } from "@/lib/states";
import { shortDate } from "@/lib/time";
import type { ExecutionsSearch } from "@/routes/search";
import { FilterChip } from "@/ui/filter-chip";
import { StateIcon } from "@/ui/state";
import { useSearchText } from "@/ui/use-search-text";
import classes from "./execution-list.module.css";

interface ExecutionFiltersProps {
  search: ExecutionsSearch;
  flow?: FlowKey;
  onChange: (search: ExecutionsSearch) => void;
}

const QUICK: readonly (readonly [string, readonly string[]])[] = [
  ["Under way", ["CREATED", "QUEUED", "RUNNING", "PAUSED", "RETRYING", "RESTARTED", "KILLING"]],
  ["Failed", ["FAILED", "KILLED"]],
  ["Succeeded", ["SUCCESS", "WARNING"]],
];

export function ExecutionFilters({ search, flow, onChange }: ExecutionFiltersProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(search.q, (q) => onChange({ q }));
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <div className={classes.filters}>
      <TextInput
        ref={input}
        className={classes.searchBox}
        aria-label="Search executions"
        placeholder="Search by flow, namespace or id"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <QuickStates search={search} onChange={onChange} />
      <MultiSelect
        className={classes.states}
        size="xs"
        aria-label="States"
        placeholder={search.states ? undefined : "Any state"}
        data={STATES.map((state) => ({ value: state, label: stateWord(state) }))}
        value={[...(search.states ?? [])]}
        onChange={(states) => onChange({ states: states.length ? states : undefined })}
        renderOption={({ option }) => (
          <span className={classes.stateOption}>
            <StateIcon state={option.value} /> {option.label}
          </span>
        )}
        clearable
        searchable
      />
      <Select
        aria-label="Time"
        w={150}
        placeholder="Any time"
        data={RANGES.map(({ value, label }) => ({ value, label }))}
        value={search.range ?? null}
        onChange={(range) =>
          onChange({ range: range ?? undefined, from: undefined, to: undefined })
        }
        clearable
      />
      <AddLabel onAdd={(label) => onChange({ labels: [...(search.labels ?? []), label] })} />
      <Chips search={search} flow={flow} onChange={onChange} />
    </div>
  );
}

function QuickStates({ search, onChange }: Omit<ExecutionFiltersProps, "flow">) {
  const current = [...(search.states ?? [])].sort().join();
  return (
    <fieldset className={classes.quick} aria-label="Quick filters">
      <button
        type="button"
        aria-pressed={current === ""}
        onClick={() => onChange({ states: undefined })}
      >
        All
      </button>
      {QUICK.map(([word, states]) => (
        <button
          key={word}
          type="button"
          aria-pressed={current === [...states].sort().join()}
          onClick={() => onChange({ states: [...states] })}
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}

function AddLabel({ onAdd }: { onAdd: (label: string) => void }) {
  const [opened, setOpened] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const label = String(new FormData(event.currentTarget).get("label"));
    if (!parseLabel(label)) return;
    onAdd(label);
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus shadow="md" position="bottom-start">
      <Popover.Target>
        <UnstyledButton className={classes.add} onClick={() => setOpened(!opened)}>
          <IconPlus size={13} aria-hidden /> Label
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <form onSubmit={submit}>
          <TextInput
            name="label"
            aria-label="Label, as key:value"
            placeholder="key:value"
            description="Press Enter to filter"
            pattern=".+:.*"
            data-autofocus
          />
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

function Chips({ search, flow, onChange }: ExecutionFiltersProps) {
  const { zone } = usePreferences();
  const date = (text: string) => shortDate(Date.parse(text), zone);
  return (
    <>
      {search.namespace && !flow && (
        <FilterChip
          name="namespace"
          value={search.namespace}
          onClear={() => onChange({ namespace: undefined })}
        />
      )}
      {search.flowId && !flow && (
        <FilterChip
          name="flow"
          value={search.flowId}
          onClear={() => onChange({ flowId: undefined })}
        />
      )}
      {search.triggerId && (
        <FilterChip
          name="trigger"
          value={search.triggerId}
          onClear={() => onChange({ triggerId: undefined })}
        />
      )}
      {search.from && (
        <FilterChip
          name="from"
          value={date(search.from)}
          onClear={() => onChange({ from: undefined })}
        />
      )}
      {search.to && (
        <FilterChip name="to" value={date(search.to)} onClear={() => onChange({ to: undefined })} />
      )}
      {search.labels?.map((label) => (
        <FilterChip
          key={label}
          name={parseLabel(label)?.key ?? "label"}
          value={parseLabel(label)?.value ?? label}
          onClear={() => {
            const rest = search.labels?.filter((one) => one !== label);
            onChange({ labels: rest?.length ? rest : undefined });
          }}
        />
      ))}
    </>
  );
}
