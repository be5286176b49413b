/// Where a trail is sent: the receiver, and how it is spoken to.
import {
  Button,
  Checkbox,
  NumberInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { StreamKind, StreamWish } from "@/api/audit-streams";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { isWhole, type StreamDraft, wishOf } from "./stream-draft";

const FACILITIES = [
  ...["user", "auth", "authpriv", "audit"],
  ...["local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"],
];

export interface StreamFormProps {
  start: StreamDraft;
  save: { mutate: (wish: StreamWish) => void; isPending: boolean; error: Error | null };
  fresh?: boolean;
  onCancel?: () => void;
}

export function StreamForm({ start, save, fresh = false, onCancel }: StreamFormProps) {
  const [draft, setDraft] = useState(start);
  const set: Set = (more) => setDraft((before) => ({ ...before, ...more }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(wishOf(draft, fresh));
  };
  return (
    <form className={parts.form} onSubmit={submit}>
      {save.error && <Problem error={save.error} />}
      {fresh && (
        <div>
          <SegmentedControl
            size="xs"
            aria-label="Kind of receiver"
            value={draft.kind}
            data={[
              { value: "WEBHOOK", label: "Webhook" },
              { value: "SYSLOG", label: "Syslog" },
            ]}
            onChange={(kind) => set({ kind: kind as StreamKind })}
          />
        </div>
      )}
      <TextInput
        label="Name"
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        maxLength={100}
        required
        data-autofocus={fresh || undefined}
      />
      {draft.kind === "WEBHOOK" ? (
        <Webhook draft={draft} set={set} />
      ) : (
        <Syslog draft={draft} set={set} />
      )}
      <Textarea
        label="Authority of its certificate"
        description="PEM; empty trusts the usual ones."
        placeholder="-----BEGIN CERTIFICATE-----"
        autosize
        minRows={1}
        maxRows={8}
        styles={{ input: { fontFamily: "var(--font-mono)" } }}
        value={draft.certificateAuthority}
        onChange={(event) => set({ certificateAuthority: event.currentTarget.value })}
      />
      {fresh && (
        <Checkbox
          size="xs"
          label="Begin with what comes, not with what the trail already has"
          checked={draft.fromNow}
          onChange={(event) => set({ fromNow: event.currentTarget.checked })}
        />
      )}
      <Checkbox
        size="xs"
        label="On"
        checked={draft.enabled}
        onChange={(event) => set({ enabled: event.currentTarget.checked })}
      />
      <div className={parts.formEnd}>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
        <Button type="submit" loading={save.isPending} disabled={!isWhole(draft)}>
          {fresh ? "Make the stream" : "Save"}
        </Button>
      </div>
    </form>
  );
}

type Set = (more: Partial<StreamDraft>) => void;

interface PartProps {
  draft: StreamDraft;
  set: Set;
}

function Webhook({ draft, set }: PartProps) {
  return (
    <TextInput
      label="Address"
      description="Gets up to 100 entries at once by POST, signed as Standard Webhooks has it."
      placeholder="https://siem.example.com/downbeat"
      type="url"
      value={draft.url}
      onChange={(event) => set({ url: event.currentTarget.value })}
      maxLength={2000}
      required
    />
  );
}

function Syslog({ draft, set }: PartProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <TextInput
        label="Host"
        placeholder="logs.example.com"
        value={draft.host}
        onChange={(event) => set({ host: event.currentTarget.value })}
        maxLength={255}
        required
      />
      <NumberInput
        size="xs"
        label="Port"
        min={1}
        max={65_535}
        allowDecimal={false}
        thousandSeparator=""
        value={draft.port}
        onChange={(port) => set({ port: Number(port) || 6514 })}
        required
      />
      <Select
        label="Transport"
        description={draft.transport === "UDP" ? "Nobody knows what was lost." : undefined}
        allowDeselect={false}
        data={["TLS", "TCP", "UDP"]}
        value={draft.transport}
        onChange={(next) => set({ transport: (next ?? "TLS") as StreamDraft["transport"] })}
      />
      <Select
        label="Facility"
        placeholder="As usual"
        clearable
        clearButtonProps={{ "aria-label": "Clear facility" }}
        data={FACILITIES}
        value={draft.facility || null}
        onChange={(next) => set({ facility: next ?? "" })}
      />
      <TextInput
        label="Name of the application"
        placeholder="downbeat"
        value={draft.appName}
        onChange={(event) => set({ appName: event.currentTarget.value })}
        maxLength={48}
      />
      <TextInput
        label="Name of this host"
        placeholder="As the machine says"
        value={draft.hostname}
        onChange={(event) => set({ hostname: event.currentTarget.value })}
        maxLength={255}
      />
    </SimpleGrid>
  );
}
