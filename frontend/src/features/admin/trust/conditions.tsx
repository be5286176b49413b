/// What the token has to say: one line for each claim.
import { ActionIcon, Button, Select, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import parts from "../parts/parts.module.css";
import type { ConditionDraft, Test } from "./issuer-draft";
import classes from "./trust.module.css";

const TESTS: { value: Test; label: string }[] = [
  { value: "equals", label: "is the text" },
  { value: "in", label: "is one of the texts" },
  { value: "matches", label: "matches the pattern" },
  { value: "literal", label: "is the number or flag" },
  { value: "literals", label: "is one of the numbers" },
];

interface ConditionsProps {
  conditions: readonly ConditionDraft[];
  onChange: (conditions: ConditionDraft[]) => void;
}

export function Conditions({ conditions, onChange }: ConditionsProps) {
  return (
    <div className={classes.conditions}>
      <p className={parts.choiceHint}>
        All of them have to hold. In a pattern * is any text without / and :, ** is any text. Prefer
        ids to names: a name that becomes free can be registered by others.
      </p>
      {conditions.map((one, at) => (
        <Line
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no name; its place is who it is.
          key={at}
          at={at}
          one={one}
          onChange={(next) => onChange(conditions.with(at, next))}
          onRemove={
            conditions.length > 1
              ? () => onChange(conditions.filter((_, place) => place !== at))
              : undefined
          }
        />
      ))}
      <div>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange([...conditions, { claim: "", test: "equals", value: "" }])}
        >
          Add a condition
        </Button>
      </div>
    </div>
  );
}

interface LineProps {
  at: number;
  one: ConditionDraft;
  onChange: (next: ConditionDraft) => void;
  onRemove: (() => void) | undefined;
}

function Line({ at, one, onChange, onRemove }: LineProps) {
  const number = at + 1;
  const several = one.test === "in" || one.test === "literals";
  const box = {
    "aria-label": `Value of condition ${number}`,
    value: one.value,
    placeholder: several ? "One in a line" : "Value",
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...one, value: event.currentTarget.value }),
  };
  return (
    <div className={classes.condition}>
      <TextInput
        aria-label={`Claim of condition ${number}`}
        placeholder="Claim"
        value={one.claim}
        onChange={(event) => onChange({ ...one, claim: event.currentTarget.value })}
      />
      <Select
        aria-label={`Test of condition ${number}`}
        allowDeselect={false}
        data={TESTS}
        value={one.test}
        onChange={(test) => onChange({ ...one, test: (test ?? "equals") as Test })}
      />
      {several ? <Textarea {...box} autosize minRows={1} maxRows={6} /> : <TextInput {...box} />}
      <ActionIcon
        variant="default"
        size={30}
        aria-label={`Remove condition ${number}`}
        disabled={!onRemove}
        onClick={onRemove}
      >
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}
