/// What a policy says: where, with what effect, by which rules.
import {
  Button,
  Checkbox,
  SegmentedControl,
  SimpleGrid,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import type { FormEvent } from "react";
import type { Effect, Moment, PolicyMode } from "@/api/policies";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { NamespacePicker } from "../parts/pickers";
import { type PolicyDraft, saysSomething } from "./policy-draft";
import { EFFECT_HINTS, MOMENTS } from "./policy-words";
import { Times } from "./times";

type Set = (more: Partial<PolicyDraft>) => void;

export interface PolicyFormProps {
  /** Whose policy it is; absent: the instance's, for the tenants that it names. */
  tenant?: string;
  draft: PolicyDraft;
  set: Set;
  onSave: () => void;
  saving: { isPending: boolean; error: Error | null };
  readOnly?: boolean;
}

export function PolicyForm({ tenant, draft, set, onSave, saving, readOnly }: PolicyFormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave();
  };
  const whole = draft.name.trim() && draft.on.length > 0 && saysSomething(draft);
  return (
    <form onSubmit={submit}>
      <fieldset className={parts.plain} disabled={readOnly}>
        <div className={parts.stack}>
          {saving.error && <Problem error={saving.error} />}
          <Basics tenant={tenant} draft={draft} set={set} />
          <Rules draft={draft} set={set} />
          {!readOnly && (
            <div className={parts.formEnd}>
              <Button type="submit" loading={saving.isPending} disabled={!whole}>
                Save
              </Button>
            </div>
          )}
        </div>
      </fieldset>
    </form>
  );
}

interface PartProps {
  draft: PolicyDraft;
  set: Set;
}

function Basics({ tenant, draft, set }: PartProps & { tenant: string | undefined }) {
  return (
    <Card title="Policy">
      <div className={parts.form}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label="Name"
            description="Stands in every refusal."
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            maxLength={100}
            required
          />
          {tenant ? (
            <NamespacePicker
              tenant={tenant}
              label="Namespace"
              description="It holds there and in everything below."
              value={draft.namespace}
              onChange={(namespace) => set({ namespace })}
            />
          ) : (
            <Globs
              label="Tenants"
              description="Ids or patterns of them. None: all tenants, also later ones."
              example="team-*"
              value={draft.tenants}
              onChange={(tenants) => set({ tenants })}
            />
          )}
        </SimpleGrid>
        <Textarea
          label="Description"
          value={draft.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
          maxLength={4000}
          autosize
          minRows={1}
          maxRows={5}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <Choice
            label="Effect"
            hint={EFFECT_HINTS[draft.effect]}
            value={draft.effect}
            data={[
              { value: "DENY", label: "Refuse" },
              { value: "REQUIRE", label: "Require" },
              { value: "WARN", label: "Warn" },
            ]}
            onChange={(effect) => set({ effect: effect as Effect })}
          />
          <Choice
            label="Mode"
            hint={
              draft.mode === "EVALUATE"
                ? "Stops nothing; what it would have stopped is in the audit trail."
                : "Stops what it speaks against, from two seconds after saving."
            }
            value={draft.mode}
            data={[
              { value: "EVALUATE", label: "Evaluate" },
              { value: "ENFORCE", label: "Enforce" },
            ]}
            onChange={(mode) => set({ mode: mode as PolicyMode })}
          />
        </SimpleGrid>
        <Checkbox.Group
          label="Asked"
          value={draft.on}
          onChange={(on) => set({ on: on as Moment[] })}
        >
          <div className={parts.choices}>
            {(Object.keys(MOMENTS) as Moment[]).map((moment) => (
              <Checkbox key={moment} size="xs" value={moment} label={MOMENTS[moment]} />
            ))}
          </div>
        </Checkbox.Group>
      </div>
    </Card>
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  value: string;
  data: { value: string; label: string }[];
  onChange: (value: string) => void;
}

function Choice({ label, hint, value, data, onChange }: ChoiceProps) {
  return (
    <div className={parts.choice}>
      <span className={parts.choiceLabel}>{label}</span>
      <SegmentedControl
        size="xs"
        aria-label={label}
        value={value}
        data={data}
        onChange={onChange}
      />
      <span className={parts.choiceHint}>{hint}</span>
    </div>
  );
}

function Rules({ draft, set }: PartProps) {
  return (
    <Card title="Rules">
      <div className={parts.form}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <Globs
            label="Task types"
            example="scripts.shell.*"
            value={draft.taskTypes}
            onChange={(taskTypes) => set({ taskTypes })}
          />
          <Globs
            label="Trigger types"
            example="core.trigger.Webhook"
            value={draft.triggerTypes}
            onChange={(triggerTypes) => set({ triggerTypes })}
          />
          <Globs
            label="Task runners"
            example="core.runner.*"
            value={draft.taskRunners}
            onChange={(taskRunners) => set({ taskRunners })}
          />
          <Globs
            label="Images"
            example="registry.example.com/*"
            value={draft.images}
            onChange={(images) => set({ images })}
          />
          <Textarea
            label="Labels"
            description="One line each: key = pattern. A key alone is any value."
            placeholder="env = prod"
            autosize
            minRows={2}
            maxRows={8}
            value={draft.labels}
            onChange={(event) => set({ labels: event.currentTarget.value })}
          />
          <Textarea
            label="Condition"
            description="An expression over flow, labels, inputs, trigger and actor."
            placeholder="{{ inputs.rows > 1000 }}"
            autosize
            minRows={2}
            maxRows={8}
            styles={{ input: { fontFamily: "var(--font-mono)" } }}
            value={draft.condition}
            onChange={(event) => set({ condition: event.currentTarget.value })}
          />
        </SimpleGrid>
        <Times draft={draft} set={set} />
        <Switch
          size="xs"
          label="Another person has to agree first"
          checked={draft.approval}
          onChange={(event) => set({ approval: event.currentTarget.checked })}
        />
      </div>
    </Card>
  );
}

interface GlobsProps {
  label: string;
  description?: string;
  example: string;
  value: string[];
  onChange: (globs: string[]) => void;
}

function Globs({ label, description, example, value, onChange }: GlobsProps) {
  return (
    <TagsInput
      label={label}
      size="xs"
      description={description ?? "Patterns: * is any text. Enter adds one."}
      placeholder={value.length === 0 ? example : undefined}
      value={value}
      onChange={onChange}
      splitChars={[",", " "]}
      acceptValueOnBlur
      clearable
      clearButtonProps={{ "aria-label": `Clear ${label.toLowerCase()}` }}
    />
  );
}
