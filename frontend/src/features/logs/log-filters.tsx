/// What narrows a search in logs; every choice is in the URL.
import { Select, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef } from "react";
import { RANGES } from "@/api/filters";
import { LEVELS } from "@/logs/lines";
import type { AllLogsSearch } from "@/routes/search";
import { FilterChip } from "@/ui/filter-chip";
import { useSearchText } from "@/ui/use-search-text";
import classes from "./logs.module.css";

interface LogFiltersProps {
  search: AllLogsSearch;
  ofOneFlow: boolean;
  onChange: (search: AllLogsSearch) => void;
}

export const DEFAULT_RANGE = "PT24H";

const WORDS: Record<string, string> = {
  TRACE: "Every level",
  DEBUG: "Debug and above",
  INFO: "Info and above",
  WARN: "Warnings and errors",
  ERROR: "Errors",
};

export function LogFilters({ search, ofOneFlow, onChange }: LogFiltersProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(search.q, (q) => onChange({ q }));
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <div className={classes.bar}>
      <TextInput
        ref={input}
        className={classes.searchBox}
        aria-label="Search in logs"
        placeholder="Search in messages and task names"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Select
        aria-label="Level"
        w={170}
        data={LEVELS.map((level) => ({ value: level, label: WORDS[level] ?? level }))}
        value={search.level ?? "INFO"}
        allowDeselect={false}
        onChange={(level) =>
          onChange({ level: level === "INFO" ? undefined : LEVELS.find((one) => one === level) })
        }
      />
      <Select
        aria-label="Time"
        w={150}
        data={RANGES.map(({ value, label }) => ({ value, label }))}
        value={search.range ?? DEFAULT_RANGE}
        allowDeselect={false}
        onChange={(range) =>
          onChange({ range: range === DEFAULT_RANGE ? undefined : (range ?? undefined) })
        }
      />
      {search.namespace && !ofOneFlow && (
        <FilterChip
          name="namespace"
          value={search.namespace}
          onClear={() => onChange({ namespace: undefined })}
        />
      )}
      {search.flowId && !ofOneFlow && (
        <FilterChip
          name="flow"
          value={search.flowId}
          onClear={() => onChange({ flowId: undefined })}
        />
      )}
      {search.task && (
        <FilterChip name="task" value={search.task} onClear={() => onChange({ task: undefined })} />
      )}
    </div>
  );
}
