/// Whether a tenant works: suspended with a reason, resumed.
import { Button, Modal, Select, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import {
  type RunningWork,
  resumeTenant,
  type Suspension,
  suspendTenant,
  type TenantDetail,
  tenantKey,
} from "@/api/tenant";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { When } from "@/ui/when";
import parts from "../parts/parts.module.css";
import { useChange } from "../parts/use-change";
import classes from "./tenant.module.css";

const RUNNING: { value: RunningWork; label: string }[] = [
  { value: "FINISH", label: "Goes on to its end" },
  { value: "HOLD", label: "Pauses after the tasks that run" },
  { value: "KILL", label: "Is killed" },
];

export function SuspendedNote({ suspension }: { suspension: Suspension }) {
  const { reason, by, since, running } = suspension;
  const work = RUNNING.find((one) => one.value === running)?.label.toLowerCase();
  return (
    <p className={parts.notice} data-tone="warning" role="status">
      <strong>Suspended: {reason}</strong>
      <span>
        {by && `By ${by}, `}
        <When at={since} />. Nothing starts or changes here; what ran {work}. People may read.
      </span>
    </p>
  );
}

export function StandingCard({ tenant }: { tenant: TenantDetail }) {
  const [asking, setAsking] = useState(false);
  const resume = useChange({
    change: () => resumeTenant(tenant.id),
    touches: [tenantKey(tenant.id), ["instance"], ["me"]],
    said: `${tenant.name} works again.`,
  });
  return (
    <Card title="Suspension">
      <div className={parts.form}>
        {resume.error && <Problem error={resume.error} />}
        {tenant.suspended && <SuspendedNote suspension={tenant.suspended} />}
        <div className={classes.danger}>
          <p className={parts.note}>
            {tenant.suspended
              ? "When it is resumed, what its suspension paused goes on, and schedules that passed are recovered as each says."
              : "A suspended tenant starts nothing and changes nothing; its people may read everything."}
          </p>
          {tenant.suspended ? (
            <Button loading={resume.isPending} onClick={() => resume.mutate()}>
              Resume
            </Button>
          ) : (
            <Button variant="default" onClick={() => setAsking(true)}>
              Suspend…
            </Button>
          )}
        </div>
      </div>
      {asking && <SuspendDialog tenant={tenant} onClose={() => setAsking(false)} />}
    </Card>
  );
}

function SuspendDialog({ tenant, onClose }: { tenant: TenantDetail; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [running, setRunning] = useState<RunningWork>("FINISH");
  const suspend = useChange({
    change: () => suspendTenant(tenant.id, { reason: reason.trim(), running }),
    touches: [tenantKey(tenant.id), ["instance"], ["me"]],
    said: `${tenant.name} is suspended.`,
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    suspend.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={`Suspend ${tenant.name}`}>
      <form className={parts.form} onSubmit={submit}>
        {suspend.error && <Problem error={suspend.error} />}
        <Textarea
          label="Reason"
          description="Everybody whose request is refused reads it."
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          maxLength={1000}
          autosize
          minRows={2}
          maxRows={6}
          required
          data-autofocus
        />
        <Select
          label="What runs"
          allowDeselect={false}
          data={RUNNING}
          value={running}
          onChange={(next) => setRunning((next ?? "FINISH") as RunningWork)}
        />
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red.8" loading={suspend.isPending} disabled={!reason.trim()}>
            Suspend the tenant
          </Button>
        </div>
      </form>
    </Modal>
  );
}
