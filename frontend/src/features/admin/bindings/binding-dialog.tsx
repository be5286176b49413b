/// Gives a role to somebody, or to a group, on a namespace or the whole tenant.
import { Button, Modal, SegmentedControl } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { rightsKey } from "@/api/principals";
import { bind, type NewBinding } from "@/api/roles";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { GroupPicker, NamespacePicker, PersonPicker, RolePicker } from "../parts/pickers";
import { useChange } from "../parts/use-change";

export interface BindingDialogProps {
  tenant: string;
  /** Known when the dialog opens from the page of a person or a group. */
  principal?: { type: "USER" | "GROUP"; id: string; name: string };
  onClose: () => void;
}

export function BindingDialog({ tenant, principal, onClose }: BindingDialogProps) {
  const [type, setType] = useState<"USER" | "GROUP">(principal?.type ?? "USER");
  const [who, setWho] = useState(principal?.id);
  const [role, setRole] = useState<string>();
  const [namespace, setNamespace] = useState<string>();
  const give = useChange({
    change: (binding: NewBinding) => bind(tenant, binding),
    touches: [rightsKey(tenant)],
    said: "The role is given.",
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (who && role) give.mutate({ type, externalId: who, roleId: role, namespaceId: namespace });
  };
  const Picker = type === "USER" ? PersonPicker : GroupPicker;
  return (
    <Modal
      opened
      onClose={onClose}
      title={principal ? `Give ${principal.name} a role` : "Give a role"}
    >
      <form className={parts.form} onSubmit={submit}>
        {give.error && <Problem error={give.error} />}
        {!principal && (
          <>
            <SegmentedControl
              size="xs"
              aria-label="Who gets it"
              value={type}
              data={[
                { value: "USER", label: "A person or account" },
                { value: "GROUP", label: "A group" },
              ]}
              onChange={(value) => {
                setType(value as "USER" | "GROUP");
                setWho(undefined);
              }}
            />
            <Picker
              tenant={tenant}
              label={type === "USER" ? "Person or account" : "Group"}
              value={who}
              onChange={setWho}
            />
          </>
        )}
        <RolePicker tenant={tenant} label="Role" value={role} onChange={setRole} />
        <NamespacePicker
          tenant={tenant}
          label="Namespace"
          description="The role holds here and in everything below; empty means the whole tenant."
          value={namespace}
          onChange={setNamespace}
        />
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={give.isPending} disabled={!who || !role}>
            Give the role
          </Button>
        </div>
      </form>
    </Modal>
  );
}
