/// Asks somebody in by e-mail address, with a group or a role.
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { invitationsKey, invite, type SentInvitation } from "@/api/tenant-invitations";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { GroupPicker, NamespacePicker, RolePicker } from "../parts/pickers";
import { useChange } from "../parts/use-change";

const LIVES = [
  { value: "P1D", label: "1 day" },
  { value: "P7D", label: "7 days" },
  { value: "P30D", label: "30 days" },
];

export interface InviteDialogProps {
  tenant: string;
  onSent: (sent: SentInvitation) => void;
  onClose: () => void;
}

export function InviteDialog({ tenant, onSent, onClose }: InviteDialogProps) {
  const [email, setEmail] = useState("");
  const [group, setGroup] = useState<string>();
  const [role, setRole] = useState<string>();
  const [namespace, setNamespace] = useState<string>();
  const [maxAge, setMaxAge] = useState("P7D");
  const send = useChange({
    change: () =>
      invite(tenant, {
        email: email.trim(),
        groupIds: group ? [group] : [],
        bindings: role ? [{ roleId: role, namespaceId: namespace }] : [],
        maxAge,
      }),
    touches: [invitationsKey(tenant)],
    onDone: onSent,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="Invite somebody">
      <form className={parts.form} onSubmit={submit}>
        {send.error && <Problem error={send.error} />}
        <TextInput
          label="E-mail"
          type="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
          required
          data-autofocus
        />
        <GroupPicker tenant={tenant} label="Group" value={group} onChange={setGroup} />
        <RolePicker tenant={tenant} label="Role" value={role} onChange={setRole} />
        {role && (
          <NamespacePicker
            tenant={tenant}
            label="Namespace"
            description="They see just this and what is below it; empty means the whole tenant."
            value={namespace}
            onChange={setNamespace}
          />
        )}
        <Select
          label="The link works for"
          value={maxAge}
          allowDeselect={false}
          data={LIVES}
          onChange={(next) => setMaxAge(next ?? maxAge)}
        />
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={send.isPending} disabled={!email.trim()}>
            Invite
          </Button>
        </div>
      </form>
    </Modal>
  );
}
