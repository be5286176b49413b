/// The description of a trusted issuer: who signs, what the token must say, what it acts as.
import {
  Button,
  Checkbox,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  SimpleGrid,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { IssuerWish } from "@/api/trusted-issuers";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { AccountPicker } from "../parts/pickers";
import { Conditions } from "./conditions";
import {
  ALGORITHMS,
  type IssuerDraft,
  isWhole,
  type KeySource,
  PRESETS,
  wishOf,
} from "./issuer-draft";
import classes from "./trust.module.css";

export interface IssuerFormProps {
  tenant: string;
  start: IssuerDraft;
  save: { mutate: (wish: IssuerWish) => void; isPending: boolean; error: Error | null };
  fresh?: boolean;
  readOnly?: boolean;
}

export function IssuerForm({ tenant, start, save, fresh, readOnly }: IssuerFormProps) {
  const [draft, setDraft] = useState(start);
  const set: Set = (more) => setDraft((before) => ({ ...before, ...more }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(wishOf(draft));
  };
  return (
    <form onSubmit={submit}>
      <fieldset className={parts.plain} disabled={readOnly}>
        <div className={parts.stack}>
          {save.error && <Problem error={save.error} />}
          {fresh && <Presets set={set} />}
          <Issuer draft={draft} set={set} />
          <Card title="What the token must say">
            <Conditions
              conditions={draft.conditions}
              onChange={(conditions) => set({ conditions })}
            />
          </Card>
          <ActsAs tenant={tenant} draft={draft} set={set} />
          {!readOnly && (
            <div className={parts.formEnd}>
              <Button type="submit" loading={save.isPending} disabled={!isWhole(draft)}>
                Save
              </Button>
            </div>
          )}
        </div>
      </fieldset>
    </form>
  );
}

type Set = (more: Partial<IssuerDraft>) => void;

interface PartProps {
  draft: IssuerDraft;
  set: Set;
}

function Presets({ set }: { set: Set }) {
  return (
    <div className={classes.presets}>
      <span>Begin with</span>
      {PRESETS.map(({ label, issuer, conditions }) => (
        <Button
          key={label}
          size="compact-xs"
          variant="default"
          onClick={() => set({ issuer, conditions, name: label })}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}

function Issuer({ draft, set }: PartProps) {
  return (
    <Card title="Who signs">
      <div className={parts.form}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label="Name"
            description="How you call it here, such as GitHub: deploy."
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            maxLength={150}
            required
          />
          <TextInput
            label="Issuer"
            description="The iss of its tokens, letter by letter."
            placeholder="https://token.actions.githubusercontent.com"
            value={draft.issuer}
            onChange={(event) => set({ issuer: event.currentTarget.value })}
            maxLength={500}
            required
          />
          <TagsInput
            size="xs"
            label="Audiences"
            description="The aud of its tokens, such as the address of this server. Enter adds one."
            placeholder={draft.audiences.length === 0 ? window.location.origin : undefined}
            value={draft.audiences}
            onChange={(audiences) => set({ audiences })}
            acceptValueOnBlur
            withAsterisk
          />
          <MultiSelect
            size="xs"
            label="Algorithms"
            description="Others are refused."
            data={[...ALGORITHMS]}
            value={draft.algorithms}
            onChange={(algorithms) => set({ algorithms })}
            withAsterisk
          />
        </SimpleGrid>
        <Keys draft={draft} set={set} />
        <Textarea
          label="Description"
          value={draft.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
          maxLength={2000}
          autosize
          minRows={1}
          maxRows={5}
        />
      </div>
    </Card>
  );
}

function Keys({ draft, set }: PartProps) {
  return (
    <>
      <div className={parts.choice}>
        <span className={parts.choiceLabel}>Its keys</span>
        <SegmentedControl
          size="xs"
          aria-label="Its keys"
          value={draft.keySource}
          data={[
            { value: "discovery", label: "Discovered" },
            { value: "address", label: "At an address" },
            { value: "written", label: "Written here" },
          ]}
          onChange={(keySource) => set({ keySource: keySource as KeySource })}
        />
      </div>
      {draft.keySource === "address" && (
        <TextInput
          label="Address of the key set"
          placeholder="https://login.example.com/jwks.json"
          value={draft.jwksUrl}
          onChange={(event) => set({ jwksUrl: event.currentTarget.value })}
          required
        />
      )}
      {draft.keySource === "written" && (
        <Textarea
          label="Key set (JSON)"
          description="Public RSA and EC keys only."
          placeholder='{"keys": […]}'
          autosize
          minRows={4}
          maxRows={12}
          styles={{ input: { fontFamily: "var(--font-mono)" } }}
          value={draft.keys}
          onChange={(event) => set({ keys: event.currentTarget.value })}
          required
        />
      )}
    </>
  );
}

function ActsAs({ tenant, draft, set }: PartProps & { tenant: string }) {
  return (
    <Card title="What it acts as">
      <div className={parts.form}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <AccountPicker
            tenant={tenant}
            label="Service account"
            description="Everything that it holds, the pipeline may."
            value={draft.serviceAccount}
            onChange={(serviceAccount) => set({ serviceAccount })}
            required
          />
          <TagsInput
            size="xs"
            label="Scopes"
            description="Permissions or patterns; empty is all that the account may."
            placeholder={draft.scopes.length === 0 ? "flow.*" : undefined}
            value={draft.scopes}
            onChange={(scopes) => set({ scopes })}
            splitChars={[",", " "]}
            acceptValueOnBlur
          />
          <NumberInput
            size="xs"
            label="Longest life, in minutes"
            description="A token that lives longer is refused."
            min={1}
            max={1440}
            allowDecimal={false}
            value={draft.minutes}
            onChange={(minutes) => set({ minutes: Number(minutes) || 1 })}
          />
        </SimpleGrid>
        <Checkbox
          size="xs"
          label="Each token once, and only to be exchanged"
          checked={draft.singleUse}
          onChange={(event) => set({ singleUse: event.currentTarget.checked })}
        />
        <Checkbox
          size="xs"
          label="Its tokens are taken"
          checked={draft.enabled}
          onChange={(event) => set({ enabled: event.currentTarget.checked })}
        />
      </div>
    </Card>
  );
}
