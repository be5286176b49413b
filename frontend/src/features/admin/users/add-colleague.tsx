/// Lets somebody in by e-mail address, with a role on a namespace.
import { Button, Group, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { NewPerson } from "@/api/instance";
import { rightsKey } from "@/api/principals";
import { useRights } from "@/api/rights";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { NamespacePicker, RolePicker } from "../parts/pickers";
import { ShownOnce } from "../parts/shown-once";
import { useChange } from "../parts/use-change";
import { firstPassword, letInKnown, letInNew, type Wish } from "./let-in";

export function AddColleague({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const rights = useRights(tenant);
  const [wish, setWish] = useState<Wish>({ email: "" });
  const [names, setNames] = useState({ firstName: "", lastName: "" });
  const [password] = useState(firstPassword);
  const [unknown, setUnknown] = useState(false);
  const [made, setMade] = useState(false);
  const touches = [rightsKey(tenant), ["instance"]];
  const known = useChange({
    change: () => letInKnown(tenant, wish, rights.instance),
    touches,
    onDone: (outcome) => (outcome.done ? onClose() : setUnknown(true)),
  });
  const fresh = useChange({
    change: (person: NewPerson) => letInNew(tenant, person, wish),
    touches,
    onDone: () => setMade(true),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unknown) fresh.mutate({ email: wish.email, password, ...names });
    else known.mutate();
  };
  const error = known.error ?? fresh.error;
  const refused = unknown && !rights.instance;
  if (made) {
    return (
      <Modal opened onClose={onClose} title={`${wish.email} can sign in`}>
        <ShownOnce what="the first password" text={password} onDone={onClose}>
          Give them this first password. It is not shown again; they change it on their own page.
        </ShownOnce>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title="Add a colleague">
      <form className={parts.form} onSubmit={submit}>
        {error && <Problem error={error} />}
        <TextInput
          label="E-mail"
          type="email"
          value={wish.email}
          onChange={(event) => {
            setUnknown(false);
            setWish({ ...wish, email: event.currentTarget.value });
          }}
          required
          data-autofocus
        />
        {refused && (
          <p className={parts.note} role="status">
            Nobody with this address has an account here. Ask an admin of the instance to make one.
          </p>
        )}
        {unknown && rights.instance && <NewAccount names={names} onChange={setNames} />}
        <RolePicker
          tenant={tenant}
          label="Role"
          description="It can also be given later, or come from a group."
          value={wish.roleId}
          onChange={(roleId) => setWish({ ...wish, roleId })}
        />
        {wish.roleId && (
          <NamespacePicker
            tenant={tenant}
            label="Namespace"
            description="They see just this and what is below it; empty means the whole tenant."
            value={wish.namespaceId}
            onChange={(namespaceId) => setWish({ ...wish, namespaceId })}
          />
        )}
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={known.isPending || fresh.isPending}
            disabled={refused || !wish.email.trim()}
          >
            {unknown && rights.instance ? "Make the account" : "Add"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

interface NewAccountProps {
  names: { firstName: string; lastName: string };
  onChange: (names: { firstName: string; lastName: string }) => void;
}

function NewAccount({ names, onChange }: NewAccountProps) {
  return (
    <>
      <p className={parts.note} role="status">
        Nobody with this address has an account yet. Make one now: the first password is shown next.
      </p>
      <Group grow>
        <TextInput
          label="First name"
          value={names.firstName}
          onChange={(event) => onChange({ ...names, firstName: event.currentTarget.value })}
        />
        <TextInput
          label="Last name"
          value={names.lastName}
          onChange={(event) => onChange({ ...names, lastName: event.currentTarget.value })}
        />
      </Group>
    </>
  );
}
