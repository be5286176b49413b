/// One input of a form, asked for in the way of its type.
import {
  FileInput,
  JsonInput,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Radio,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { IconPaperclip } from "@tabler/icons-react";
import type { FlowInput } from "@/api/types";
import classes from "./execute.module.css";
import { choicesOf, type FieldValue, isExpression, widgetOf } from "./form";

export interface InputFieldProps {
  input: FlowInput;
  value: FieldValue;
  problem: string | undefined;
  onChange: (value: FieldValue) => void;
}

const HINTS: Record<string, string> = {
  DURATION: "PT15M",
  URI: "https://…",
  EMAIL: "name@example.com",
};

function common({ input, problem }: InputFieldProps) {
  const expression = isExpression(input.defaults) ? String(input.defaults) : undefined;
  return {
    label: (
      <>
        {input.displayName ?? input.id} <span className={classes.type}>{input.type}</span>
      </>
    ),
    description: input.description ?? undefined,
    error: problem,
    required: input.required !== false,
    size: "xs" as const,
    name: input.id,
    placeholder: expression ?? HINTS[input.type],
  };
}

const asText = (value: FieldValue) => (typeof value === "string" ? value : "");
const asList = (value: FieldValue) => (Array.isArray(value) ? [...value] : []);

export function InputField(props: InputFieldProps) {
  const { input, value, onChange } = props;
  const shared = common(props);
  const text = {
    ...shared,
    value: asText(value),
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  switch (widgetOf(input)) {
    case "secret":
      return <PasswordInput {...text} autoComplete="off" />;
    case "number":
      return (
        <NumberInput
          {...shared}
          value={asText(value)}
          allowDecimal={input.type === "FLOAT"}
          onChange={(next) => onChange(String(next))}
        />
      );
    case "switch":
      return <SwitchField {...props} />;
    case "choice":
      return <ChoiceField {...props} />;
    case "choices":
      return (
        <MultiSelect
          {...shared}
          data={choicesOf(input)}
          value={asList(value)}
          onChange={onChange}
          searchable
        />
      );
    case "list":
      return (
        <TagsInput
          {...shared}
          description={input.description ?? "Press Enter after each value"}
          value={asList(value)}
          onChange={onChange}
        />
      );
    case "date":
      return <TextInput {...text} type="date" />;
    case "time":
      return <TextInput {...text} type="time" step={1} />;
    case "datetime":
      return <TextInput {...text} type="datetime-local" step={1} />;
    case "file":
      return (
        <FileInput
          {...shared}
          placeholder="Choose a file"
          leftSection={<IconPaperclip size={14} />}
          accept={input.extension ?? undefined}
          value={value instanceof File ? value : null}
          onChange={(file) => onChange(file ?? undefined)}
          clearable
        />
      );
    case "code":
      return input.type === "JSON" ? (
        <JsonInput
          {...shared}
          {...codeProps}
          value={asText(value)}
          onChange={onChange}
          formatOnBlur
        />
      ) : (
        <Textarea {...text} {...codeProps} />
      );
    default:
      return <TextInput {...text} type={input.type === "EMAIL" ? "email" : "text"} />;
  }
}

const codeProps = {
  autosize: true,
  minRows: 3,
  maxRows: 12,
  styles: { input: { fontFamily: "var(--font-mono)" } },
} as const;

function SwitchField(props: InputFieldProps) {
  const { required, placeholder, ...shared } = common(props);
  return (
    <Switch
      {...shared}
      checked={props.value === true}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
}

function ChoiceField(props: InputFieldProps) {
  const { input, value, onChange } = props;
  const choices = choicesOf(input);
  const { placeholder, ...shared } = common(props);
  if (input.isRadio) {
    return (
      <Radio.Group {...shared} value={asText(value)} onChange={onChange}>
        <div className={classes.radios}>
          {choices.map((choice) => (
            <Radio key={choice} size="xs" value={choice} label={choice} />
          ))}
        </div>
      </Radio.Group>
    );
  }
  if (input.allowCustomValue) {
    const list = `values-of-${input.id}`;
    return (
      <>
        <TextInput
          {...shared}
          list={list}
          value={asText(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        <datalist id={list}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      </>
    );
  }
  return (
    <Select
      {...shared}
      data={choices}
      value={asText(value) || null}
      onChange={(next) => onChange(next ?? undefined)}
      clearable={input.required === false}
      searchable={choices.length > 8}
    />
  );
}
