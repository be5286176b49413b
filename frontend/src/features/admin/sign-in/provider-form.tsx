/// The description of an identity provider, and the test that shows the claims.
import {
  Button,
  Checkbox,
  PasswordInput,
  SegmentedControl,
  SimpleGrid,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type ProviderWish, testProvider } from "@/api/sign-in";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { useChange } from "../parts/use-change";
import { keepDraft } from "./kept-draft";
import { type Draft, wishOf } from "./provider-draft";

export interface ProviderFormProps {
  tenant: string;
  start: Draft;
  /** The address to come back to after a test login. */
  back: string;
  save: { mutate: (wish: ProviderWish) => void; isPending: boolean; error: Error | null };
  fresh?: boolean;
  secretKept?: boolean;
}

export function ProviderForm({ tenant, start, back, save, fresh, secretKept }: ProviderFormProps) {
  const [draft, setDraft] = useState(start);
  const set: Set = (more) => setDraft((before) => ({ ...before, ...more }));
  const test = useChange({
    change: () => testProvider(tenant, wishOf(draft), back),
    touches: [],
    onDone: (begun) => {
      if (!begun.location) return;
      keepDraft(draft);
      window.location.assign(begun.location);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(wishOf(draft));
  };
  return (
    <form className={parts.stack} onSubmit={submit}>
      {(save.error ?? test.error) && <Problem error={(save.error ?? test.error) as Error} />}
      {test.data?.problems.map((problem) => (
        <Problem key={problem.code} error={new Error(problem.detail || problem.code)} />
      ))}
      <Identity draft={draft} set={set} fresh={fresh} />
      <Card title={draft.type === "OIDC" ? "OpenID Connect" : "SAML"}>
        {draft.type === "OIDC" ? (
          <Oidc draft={draft} set={set} secretKept={secretKept} />
        ) : (
          <Saml draft={draft} set={set} />
        )}
      </Card>
      <Rules draft={draft} set={set} />
      <div className={parts.formEnd}>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          Test the login
        </Button>
        <Button type="submit" loading={save.isPending} disabled={!draft.name.trim()}>
          Save
        </Button>
      </div>
    </form>
  );
}

type Set = (more: Partial<Draft>) => void;

interface PartProps {
  draft: Draft;
  set: Set;
}

function Identity({ draft, set, fresh }: PartProps & { fresh?: boolean }) {
  return (
    <Card title="Login page">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        {fresh && (
          <TextInput
            label="Id"
            description="A part of addresses: small letters, digits, hyphens."
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            required
          />
        )}
        <TextInput
          label="Name on the button"
          description="Sign in with …"
          value={draft.displayName}
          onChange={(event) => set({ displayName: event.currentTarget.value })}
        />
        <TextInput
          label="E-mail domains"
          description="Whoever types such an address is led here."
          value={draft.domains}
          onChange={(event) => set({ domains: event.currentTarget.value })}
          placeholder="example.com"
        />
        {fresh && (
          <SegmentedControl
            size="xs"
            mt="auto"
            aria-label="Protocol"
            value={draft.type}
            data={[
              { value: "OIDC", label: "OpenID Connect" },
              { value: "SAML", label: "SAML 2.0" },
            ]}
            onChange={(type) => set({ type: type as Draft["type"] })}
          />
        )}
        <Checkbox
          size="xs"
          mt="auto"
          label="People may sign in with it"
          checked={draft.enabled}
          onChange={(event) => set({ enabled: event.currentTarget.checked })}
        />
      </SimpleGrid>
    </Card>
  );
}

function Oidc({ draft, set, secretKept }: PartProps & { secretKept?: boolean }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <TextInput
        label="Issuer"
        description="Exactly as the provider says it; the rest is discovered."
        value={draft.issuer}
        onChange={(event) => set({ issuer: event.currentTarget.value })}
        placeholder="https://login.example.com"
        required
      />
      <TextInput
        label="Client id"
        description="Of the application that stands for Downbeat there."
        value={draft.clientId}
        onChange={(event) => set({ clientId: event.currentTarget.value })}
        required
      />
      <PasswordInput
        label="Client secret"
        description={secretKept ? "One is kept; empty leaves it." : "Sealed; never shown again."}
        size="xs"
        autoComplete="off"
        value={draft.clientSecret}
        onChange={(event) => set({ clientSecret: event.currentTarget.value })}
      />
    </SimpleGrid>
  );
}

function Saml({ draft, set }: PartProps) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <TextInput
        label="Entity id of the provider"
        value={draft.entityId}
        onChange={(event) => set({ entityId: event.currentTarget.value })}
        required
      />
      <TextInput
        label="Address of single sign-on"
        value={draft.ssoUrl}
        onChange={(event) => set({ ssoUrl: event.currentTarget.value })}
        placeholder="https://login.example.com/saml"
        required
      />
      <Textarea
        label="Certificates"
        description="With which it signs; several while they are exchanged."
        autosize
        minRows={4}
        maxRows={10}
        value={draft.certificates}
        onChange={(event) => set({ certificates: event.currentTarget.value })}
        required
      />
    </SimpleGrid>
  );
}

function Rules({ draft, set }: PartProps) {
  return (
    <Card title="Who comes in, as what">
      <div className={parts.form}>
        <Checkbox
          size="xs"
          label="Make an account for somebody new at the first sign-in"
          checked={draft.allowJit}
          onChange={(event) => set({ allowJit: event.currentTarget.checked })}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            label="Claim with the groups"
            description="Empty: groups are kept by hand."
            value={draft.groupsClaim}
            onChange={(event) => set({ groupsClaim: event.currentTarget.value })}
            placeholder="groups"
          />
          <Textarea
            label="Required claims"
            description="One line each: claim = value, value. Nobody else comes in."
            autosize
            minRows={2}
            value={draft.requiredClaims}
            onChange={(event) => set({ requiredClaims: event.currentTarget.value })}
          />
          <Textarea
            label="Groups there and here"
            description="One line each: value of the claim = group here."
            autosize
            minRows={3}
            value={draft.groupMapping}
            onChange={(event) => set({ groupMapping: event.currentTarget.value })}
          />
        </SimpleGrid>
        <Checkbox
          size="xs"
          label="A value without a line is the name of a group here"
          checked={draft.keepUnmappedGroups}
          onChange={(event) => set({ keepUnmappedGroups: event.currentTarget.checked })}
        />
        <Checkbox
          size="xs"
          label="Make groups that do not exist yet"
          checked={draft.createMissingGroups}
          onChange={(event) => set({ createMissingGroups: event.currentTarget.checked })}
        />
      </div>
    </Card>
  );
}
