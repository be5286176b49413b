/// What narrows the trail. Every choice is in the URL.
import { Select } from "@mantine/core";
import { RANGES } from "@/api/filters";
import type { AuditSearch } from "@/routes/admin-search";
import { FilterChip } from "@/ui/filter-chip";
import { SearchBox } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { NamespacePicker } from "../parts/pickers";
import { TYPES, typeWords } from "./words";

export interface AuditFiltersBarProps {
  of: string | undefined;
  tenant: string;
  search: AuditSearch;
  onChange: (search: AuditSearch) => void;
}

const ALL = "ALL";
const RESOURCES = [
  "FLOW",
  "EXECUTION",
  "TRIGGER",
  "NAMESPACE",
  "NAMESPACE_FILE",
  "KVSTORE",
  "SECRET",
  "CREDENTIAL",
  "USER",
  "GROUP",
  "ROLE",
  "BINDING",
  "SERVICE_ACCOUNT",
  "TENANT",
  "AUDITLOG",
];

export function AuditFiltersBar({ of, tenant, search, onChange }: AuditFiltersBarProps) {
  return (
    <div className={parts.filters} style={{ alignItems: "flex-end" }}>
      <SearchBox what="the trail" value={search.q} onChange={(q) => onChange({ q })} />
      <Choice
        label="What happened"
        value={search.type}
        options={TYPES.map((type) => ({ value: type, label: typeWords(type) }))}
        onChange={(type) => onChange({ type })}
      />
      <Choice
        label="To what"
        value={search.resource}
        options={RESOURCES.map((name) => ({
          value: name,
          label: name.charAt(0) + name.slice(1).toLowerCase().replaceAll("_", " "),
        }))}
        onChange={(resource) => onChange({ resource })}
      />
      <Choice
        label="When"
        value={search.range}
        options={RANGES.map(({ value, label }) => ({ value, label }))}
        onChange={(range) => onChange({ range })}
      />
      {of && (
        <NamespacePicker
          tenant={tenant}
          label="Namespace"
          placeholder="Any"
          value={search.place}
          onChange={(place) => onChange({ place })}
        />
      )}
      {search.user && (
        <FilterChip
          name="by"
          value={`${search.user.slice(0, 8)}…`}
          onClear={() => onChange({ user: undefined })}
        />
      )}
      {search.object && (
        <FilterChip
          name="object"
          value={search.object}
          onClear={() => onChange({ object: undefined })}
        />
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  options: readonly { value: string; label: string }[];
  onChange: (value: string | undefined) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  const known = options.some((option) => option.value === value);
  const other = value && !known ? [{ value, label: value }] : [];
  return (
    <Select
      label={label}
      w={150}
      value={value ?? ALL}
      allowDeselect={false}
      data={[{ value: ALL, label: "Any" }, ...other, ...options]}
      onChange={(next) => onChange(next === ALL || next === null ? undefined : next)}
      maxDropdownHeight={300}
    />
  );
}
