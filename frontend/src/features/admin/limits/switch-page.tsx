/// What is stopped: in a tenant, or by the instance, which can also go into maintenance.
import { Button, Modal, TextInput } from "@mantine/core";
import { IconBarrierBlock, IconCircleCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { enterMaintenance, leaveMaintenance, maintenanceQuery } from "@/api/limits";
import { useRights } from "@/api/rights";
import { Problem } from "@/ui/problem";
import { tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import parts from "../parts/parts.module.css";
import { Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { SwitchTable } from "./switch-table";

const TOUCHES = [["instance"]];

export function TenantSwitches() {
  const { tenant } = useParams({ from: "/$tenant/admin/switches" });
  const rights = useRights(tenant);
  return (
    <Section title="Stops" lead="What must not start for the moment, and why.">
      <SwitchTable of={tenant} tenant={tenant} mayEdit={rights.somewhere.has("quota.edit")} />
    </Section>
  );
}

export function InstanceSwitches() {
  const { tenant } = useParams({ from: "/$tenant/admin/instance-switches" });
  return (
    <Section
      title="Maintenance and stops"
      lead="In maintenance nothing new begins, what runs goes on, and what is started waits."
    >
      <div className={parts.stack}>
        <MaintenanceState />
        <SwitchTable of={undefined} tenant={tenant} mayEdit />
      </div>
    </Section>
  );
}

function MaintenanceState() {
  const state = useQuery(maintenanceQuery);
  const [entering, setEntering] = useState(false);
  const leave = useChange({
    change: leaveMaintenance,
    touches: TOUCHES,
    said: "Maintenance is over.",
  });
  if (state.error) return <Problem error={state.error} onRetry={() => void state.refetch()} />;
  if (!state.data) return null;
  const { maintenance, message, by, since, until } = state.data;
  const Icon = maintenance ? IconBarrierBlock : IconCircleCheck;
  return (
    <div className={parts.state} data-tone={maintenance ? "warning" : "success"} role="status">
      <Icon size={18} aria-hidden />
      <span style={{ flex: 1 }}>
        {maintenance ? (
          <>
            In maintenance since <When at={since} /> by {by}
            {message && `: ${message}`}
            {until && (
              <>
                , until <When at={until} />
              </>
            )}
          </>
        ) : (
          "The instance takes work as usual."
        )}
      </span>
      {maintenance ? (
        <Button
          variant="default"
          loading={leave.isPending}
          onClick={() => leave.mutate(undefined, { onError: tellProblem })}
        >
          End the maintenance
        </Button>
      ) : (
        <Button variant="default" onClick={() => setEntering(true)}>
          Begin maintenance
        </Button>
      )}
      {entering && <Entering onClose={() => setEntering(false)} />}
    </div>
  );
}

function Entering({ onClose }: { onClose: () => void }) {
  const [message, setMessage] = useState("");
  const enter = useChange({
    change: () => enterMaintenance(message.trim()),
    touches: TOUCHES,
    said: "The instance is in maintenance.",
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="Begin maintenance">
      <form className={parts.form} onSubmit={submit}>
        {enter.error && <Problem error={enter.error} />}
        <TextInput
          label="What people are told"
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
          maxLength={2000}
          data-autofocus
        />
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={enter.isPending}>
            Begin maintenance
          </Button>
        </div>
      </form>
    </Modal>
  );
}
