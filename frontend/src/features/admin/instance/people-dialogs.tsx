/// Making and deleting an account of the instance.
import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { deletePerson, type InstancePerson, makePerson } from "@/api/instance";
import { rightsKey } from "@/api/principals";
import { Confirm } from "@/ui/confirm";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { ShownOnce } from "../parts/shown-once";
import { useChange } from "../parts/use-change";
import { firstPassword } from "../users/let-in";

export function NewAccount({ onClose }: { onClose: () => void }) {
  const [facts, setFacts] = useState({ email: "", firstName: "", lastName: "" });
  const [password] = useState(firstPassword);
  const make = useChange({
    change: () => makePerson({ ...facts, email: facts.email.trim(), password }),
    touches: [["instance"]],
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) {
    return (
      <Modal opened onClose={onClose} title={`${make.data.email} can sign in`}>
        <ShownOnce what="the first password" text={password} onDone={onClose}>
          Give them this first password. It is not shown again; they change it on their own page.
        </ShownOnce>
      </Modal>
    );
  }
  const field = (name: keyof typeof facts, label: string) => (
    <TextInput
      label={label}
      type={name === "email" ? "email" : "text"}
      required={name === "email"}
      value={facts[name]}
      onChange={(event) => setFacts({ ...facts, [name]: event.currentTarget.value })}
      data-autofocus={name === "email" || undefined}
    />
  );
  return (
    <Modal opened onClose={onClose} title="New account">
      <form className={parts.form} onSubmit={submit}>
        {make.error && <Problem error={make.error} />}
        {field("email", "E-mail")}
        {field("firstName", "First name")}
        {field("lastName", "Last name")}
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Make the account
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface PersonDeletionProps {
  tenant: string;
  person: InstancePerson;
  onClose: () => void;
}

export function PersonDeletion({ tenant, person, onClose }: PersonDeletionProps) {
  const go = useChange({
    change: () => deletePerson(person.id),
    touches: [["instance"], rightsKey(tenant)],
    said: `${person.displayName} is deleted.`,
    onDone: onClose,
  });
  return (
    <Confirm
      opened
      danger
      title={`Delete ${person.displayName}?`}
      verb="Delete"
      busy={go.isPending}
      onConfirm={() => go.mutate()}
      onClose={onClose}
    >
      {go.error && <Problem error={go.error} />}
      Their sessions and tokens end, and their roles in every tenant go. What they made stays, and
      so do their entries in the audit trails.
    </Confirm>
  );
}
