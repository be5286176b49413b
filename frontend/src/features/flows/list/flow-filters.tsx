/// What narrows the list of flows. Every choice is in the URL.
import { TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useRef } from "react";
import { parseLabel } from "@/api/filters";
import type { FlowsSearch } from "@/routes/search";
import { FilterChip } from "@/ui/filter-chip";
import { useSearchText } from "@/ui/use-search-text";
import classes from "./flow-list.module.css";

interface FlowFiltersProps {
  search: FlowsSearch;
  onChange: (search: FlowsSearch) => void;
}

export function FlowFilters({ search, onChange }: FlowFiltersProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(search.q, (q) => onChange({ q }));
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <div className={classes.filters}>
      <TextInput
        ref={input}
        className={classes.searchBox}
        aria-label="Search flows"
        placeholder="Search flows"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {search.namespace && (
        <FilterChip
          name="namespace"
          value={search.namespace}
          onClear={() => onChange({ namespace: undefined })}
        />
      )}
      {search.labels?.map((label) => {
        const parsed = parseLabel(label);
        return (
          <FilterChip
            key={label}
            name={parsed?.key ?? "label"}
            value={parsed?.value ?? label}
            onClear={() => onChange({ labels: search.labels?.filter((one) => one !== label) })}
          />
        );
      })}
    </div>
  );
}
