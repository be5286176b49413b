/// One field of a connection's form.
import { PasswordInput, Select, Textarea, TextInput } from "@mantine/core";
import type { Field } from "./fields";

interface ConnectionFieldProps {
  field: Field;
  /** Whether a secret value is there already. */
  kept: boolean;
  value: string;
  onChange: (value: string) => void;
}

export function ConnectionField({ field, kept, value, onChange }: ConnectionFieldProps) {
  const shared = {
    label: field.title,
    description: field.description,
    required: field.required && !kept,
    value,
  };
  const placeholder = kept ? "kept; write to replace it" : field.standard;
  if (field.kind === "choice" || field.kind === "switch") {
    const choices = field.kind === "switch" ? ["true", "false"] : field.choices;
    return (
      <Select
        {...shared}
        data={choices}
        value={value || null}
        placeholder={placeholder}
        clearable={!field.required}
        onChange={(next) => onChange(next ?? "")}
      />
    );
  }
  if (field.secret)
    return (
      <PasswordInput
        {...shared}
        size="xs"
        placeholder={placeholder}
        autoComplete="new-password"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  if (field.kind === "json")
    return (
      <Textarea
        {...shared}
        autosize
        minRows={2}
        maxRows={10}
        placeholder={placeholder}
        onChange={(event) => onChange(event.currentTarget.value)}
        styles={{ input: { fontFamily: "var(--font-mono)" } }}
      />
    );
  return (
    <TextInput
      {...shared}
      placeholder={placeholder}
      inputMode={field.kind === "number" ? "decimal" : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
