/// Stops something from now on.
import { Button, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Running, type Starts, type SwitchWish, throwSwitch } from "@/api/limits";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { NamespacePicker } from "../parts/pickers";
import { useChange } from "../parts/use-change";
import { RUNNING_CHOICES, STARTS_CHOICES } from "./switch-words";

export interface SwitchDialogProps {
  of: string | undefined;
  tenant: string;
  onClose: () => void;
}

export function SwitchDialog({ of, tenant, onClose }: SwitchDialogProps) {
  const [wish, setWish] = useState<SwitchWish>({
    name: "",
    description: "",
    starts: "QUEUE",
    running: "CONTINUE",
    enabled: true,
  });
  const set = (more: Partial<SwitchWish>) => setWish({ ...wish, ...more });
  const stop = useChange({
    change: () => throwSwitch(of, wish),
    touches: [[of ?? "instance", "switches"]],
    said: "It is stopped.",
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    stop.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="Stop something">
      <form className={parts.form} onSubmit={submit}>
        {stop.error && <Problem error={stop.error} />}
        <TextInput
          label="Name"
          description="Everything that waits because of it says this name."
          value={wish.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          maxLength={150}
          required
          data-autofocus
        />
        <Textarea
          label="Reason"
          value={wish.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
          autosize
          minRows={2}
          maxRows={5}
        />
        {of === undefined && (
          <TextInput
            label="Tenant"
            description="Its id; empty stops the whole instance."
            value={wish.tenantId ?? ""}
            onChange={(event) => set({ tenantId: event.currentTarget.value || undefined })}
          />
        )}
        {of !== undefined && (
          <NamespacePicker
            tenant={tenant}
            label="Namespace"
            description="With everything below it; empty stops the whole tenant."
            value={wish.namespace}
            onChange={(namespace) => set({ namespace })}
          />
        )}
        {wish.namespace && (
          <TextInput
            label="Flow"
            description="The id of one flow; empty stops every flow of the namespace."
            value={wish.flowId ?? ""}
            onChange={(event) => set({ flowId: event.currentTarget.value || undefined })}
          />
        )}
        <Select
          label="New starts"
          value={wish.starts}
          allowDeselect={false}
          data={STARTS_CHOICES}
          onChange={(next) => set({ starts: (next ?? "QUEUE") as Starts })}
        />
        <Select
          label="What runs"
          value={wish.running}
          allowDeselect={false}
          data={RUNNING_CHOICES}
          onChange={(next) => set({ running: (next ?? "CONTINUE") as Running })}
        />
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red.8" loading={stop.isPending} disabled={!wish.name.trim()}>
            Stop
          </Button>
        </div>
      </form>
    </Modal>
  );
}
