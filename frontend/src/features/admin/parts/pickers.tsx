/// Boxes that find people, groups, roles, namespaces and permissions by typing.
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { catalogueQuery } from "@/api/explorer";
import { namespacesQuery } from "@/api/namespaces";
import {
  accountsQuery,
  entrantQuery,
  groupQuery,
  suggestGroupsQuery,
  suggestPeopleQuery,
} from "@/api/principals";
import { suggestRolesQuery } from "@/api/roles";
import { resourceName } from "./permissions";

export interface PickerProps {
  tenant: string;
  label: string;
  value: string | undefined;
  onChange: (id: string | undefined) => void;
  required?: boolean;
  description?: string;
  placeholder?: string;
}

interface Choice {
  value: string;
  label: string;
}

interface FoundProps extends Omit<PickerProps, "tenant"> {
  choices: readonly Choice[];
  chosen?: Choice;
  onAsk?: (text: string) => void;
  nothing: string;
}

function Found({ choices, chosen, onAsk, nothing, onChange, ...rest }: FoundProps) {
  // What is chosen stays in the list, or the box would show an id.
  const missing = chosen && !choices.some((choice) => choice.value === chosen.value);
  return (
    <Select
      {...rest}
      value={rest.value ?? null}
      searchable
      clearable={!rest.required}
      clearButtonProps={{ "aria-label": `Clear ${rest.label.toLowerCase()}` }}
      data={missing ? [chosen, ...choices] : [...choices]}
      // The server has already searched, in more than the label.
      filter={onAsk ? ({ options }) => options : undefined}
      onSearchChange={onAsk}
      onChange={(value) => onChange(value ?? undefined)}
      nothingFoundMessage={nothing}
      placeholder={rest.placeholder ?? "Type to search"}
      maxDropdownHeight={280}
    />
  );
}

export function PersonPicker({ tenant, ...rest }: PickerProps) {
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text, 200);
  const { data: chosen } = useQuery({
    ...entrantQuery(tenant, rest.value ?? ""),
    enabled: !!rest.value,
  });
  const shown = chosen && { value: chosen.id, label: personLabel(chosen) };
  // The text of a choice is not a search: it would find only that choice.
  const { data } = useQuery(suggestPeopleQuery(tenant, q === shown?.label ? "" : q));
  const choices = data?.map((one) => ({ value: one.id, label: personLabel(one) })) ?? [];
  return (
    <Found
      {...rest}
      choices={choices}
      chosen={shown}
      onAsk={setText}
      nothing="Nobody is called so"
    />
  );
}

function personLabel(person: { displayName: string; username: string }): string {
  const { displayName, username } = person;
  return displayName === username || !username ? displayName : `${displayName} · ${username}`;
}

export function GroupPicker({ tenant, ...rest }: PickerProps) {
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text, 200);
  const { data: chosen } = useQuery({
    ...groupQuery(tenant, rest.value ?? ""),
    enabled: !!rest.value,
  });
  const { data } = useQuery(suggestGroupsQuery(tenant, q === chosen?.name ? "" : q));
  return (
    <Found
      {...rest}
      choices={data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
      chosen={chosen && { value: chosen.id, label: chosen.name }}
      onAsk={setText}
      nothing="No group is called so"
    />
  );
}

export function AccountPicker({ tenant, ...rest }: PickerProps) {
  const { data } = useQuery(accountsQuery(tenant, { page: 1, size: 1000 }));
  return (
    <Found
      {...rest}
      choices={data?.results.map(({ id, name }) => ({ value: id, label: name })) ?? []}
      nothing="No service account is called so"
    />
  );
}

export function RolePicker({ tenant, ...rest }: PickerProps) {
  const { data } = useQuery(suggestRolesQuery(tenant, ""));
  return (
    <Found
      {...rest}
      choices={data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
      nothing="No role is called so"
    />
  );
}

/** Nothing chosen is the whole tenant. */
export function NamespacePicker({ tenant, ...rest }: PickerProps) {
  const { data } = useQuery(namespacesQuery(tenant));
  const choices = data?.results.map(({ id }) => ({ value: id, label: id })) ?? [];
  const chosen = rest.value ? { value: rest.value, label: rest.value } : undefined;
  return (
    <Found
      {...rest}
      placeholder={rest.placeholder ?? "Whole tenant"}
      choices={choices}
      chosen={chosen}
      nothing="No namespace is called so"
    />
  );
}

export function PermissionPicker({ tenant, value, label, onChange }: PickerProps) {
  const { data } = useQuery(catalogueQuery(tenant));
  const groups = new Map<string, Choice[]>();
  for (const name of data?.actions ?? []) {
    const resource = name.slice(0, name.indexOf("."));
    groups.set(resource, [...(groups.get(resource) ?? []), { value: name, label: name }]);
  }
  return (
    <Select
      label={label}
      searchable
      value={value ?? null}
      data={[...groups].map(([resource, items]) => ({ group: resourceName(resource), items }))}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      allowDeselect={false}
      placeholder="Choose what"
      nothingFoundMessage="There is no such permission"
      maxDropdownHeight={320}
    />
  );
}
