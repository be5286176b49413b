/// Making, renaming and deleting a tenant.
import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { makeTenant, type Tenant } from "@/api/instance";
import { changeTenant, deleteTenant } from "@/api/tenant";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { useChange } from "../parts/use-change";

const TOUCHES = [["instance"], ["me"]];

export function NewTenant({ onClose }: { onClose: () => void }) {
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const make = useChange({
    change: () => makeTenant({ id: id.trim(), name: name.trim() || id.trim() }),
    touches: TOUCHES,
    said: "The tenant is made; you are its first admin.",
    onDone: onClose,
  });
  return (
    <Form
      title="New tenant"
      verb="Make the tenant"
      change={make}
      off={!id.trim()}
      onClose={onClose}
    >
      <TextInput
        label="Id"
        description="Stands in addresses and cannot be changed: small letters, digits, hyphens."
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
        pattern="[a-z0-9][a-z0-9\-]{0,62}"
        required
        data-autofocus
      />
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={255}
      />
    </Form>
  );
}

interface OneProps {
  tenant: Tenant;
  onClose: () => void;
}

export function RenameTenant({ tenant, onClose }: OneProps) {
  const [name, setName] = useState(tenant.name);
  const save = useChange({
    change: () => changeTenant(tenant.id, { name: name.trim() }),
    touches: TOUCHES,
    said: "The tenant is renamed.",
    onDone: onClose,
  });
  return (
    <Form
      title={`Rename ${tenant.name}`}
      verb="Save"
      change={save}
      off={!name.trim()}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={255}
        required
        data-autofocus
      />
    </Form>
  );
}

/** What cannot be undone asks for the id, typed. */
export function TenantDeletion({ tenant, onGone, onClose }: OneProps & { onGone?: () => void }) {
  const [typed, setTyped] = useState("");
  const go = useChange({
    change: () => deleteTenant(tenant.id),
    touches: TOUCHES,
    said: `${tenant.name} is deleted.`,
    onDone: onGone ?? onClose,
  });
  return (
    <Form
      title={`Delete ${tenant.name}?`}
      verb="Delete the tenant"
      danger
      change={go}
      off={typed !== tenant.id}
      onClose={onClose}
    >
      <p className={parts.note}>
        Its flows, executions, logs, secrets, files and rights go with it, and do not come back.
      </p>
      <TextInput
        label={`Type ${tenant.id} to confirm`}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
    </Form>
  );
}

interface FormProps {
  title: string;
  verb: string;
  danger?: boolean;
  change: { mutate: () => void; isPending: boolean; error: Error | null };
  off: boolean;
  onClose: () => void;
  children: ReactNode;
}

function Form({ title, verb, danger, change, off, onClose, children }: FormProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!off) change.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={title}>
      <form className={parts.form} onSubmit={submit}>
        {change.error && <Problem error={change.error} />}
        {children}
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            color={danger ? "red.8" : undefined}
            loading={change.isPending}
            disabled={off}
          >
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
