/// What is stopped, by whom, why, and until when; thrown and lifted.
import { Button } from "@mantine/core";
import { IconHandStop, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { liftSwitch, type Switch, switchesQuery } from "@/api/limits";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { Listing } from "../parts/listing";
import { Badge } from "../parts/section";
import { useChange } from "../parts/use-change";
import { SwitchDialog } from "./switch-dialog";
import { runningWords, startsWords, switchPlace } from "./switch-words";

export interface SwitchTableProps {
  /** The tenant whose switches these are; absent: all that the instance knows. */
  of: string | undefined;
  /** Where the page stands: for the list of namespaces. */
  tenant: string;
  mayEdit: boolean;
}

export function SwitchTable({ of, tenant, mayEdit }: SwitchTableProps) {
  const switches = useQuery(switchesQuery(of));
  const [throwing, setThrowing] = useState(false);
  const [lifting, setLifting] = useState<Switch>();
  const stop = mayEdit && (
    <Button
      variant="default"
      leftSection={<IconPlus size={14} />}
      onClick={() => setThrowing(true)}
    >
      Stop something
    </Button>
  );
  return (
    <Card title="Kill switches" side={stop} flush>
      <Listing
        inCard
        label="Kill switches"
        query={switches}
        columns={[
          { name: "What is stopped" },
          { name: "What happens" },
          { name: "Since" },
          { name: "Until" },
          { name: "Actions", hidden: true, width: 80 },
        ]}
        empty={
          <Empty icon={<IconHandStop size={22} />} title="Nothing is stopped">
            A kill switch stops new starts of the tenant, a namespace or a flow at once, and pauses
            or kills what runs, if you say so.
          </Empty>
        }
        row={(one) => (
          <Row
            key={one.id}
            one={one}
            onLift={mayEdit && (of === undefined || one.tenantId === of) ? setLifting : undefined}
          />
        )}
      />
      {throwing && <SwitchDialog of={of} tenant={tenant} onClose={() => setThrowing(false)} />}
      {lifting && <Lift of={of} one={lifting} onClose={() => setLifting(undefined)} />}
    </Card>
  );
}

function Row({ one, onLift }: { one: Switch; onLift?: (one: Switch) => void }) {
  return (
    <tr data-quiet={!one.active || undefined}>
      <td data-wide>
        <span className={table.stack}>
          <span className={table.primary}>
            {one.name}{" "}
            <Badge tone={one.active ? "danger" : "neutral"}>{one.active ? "On" : "Off"}</Badge>
          </span>
          <span className={table.secondary}>
            {switchPlace(one)}
            {one.description && ` · ${one.description}`}
          </span>
        </span>
      </td>
      <td>
        <span className={table.stack}>
          <span>{startsWords(one.starts)}</span>
          <span className={table.secondary}>{runningWords(one.running)}</span>
        </span>
      </td>
      <td>
        <span className={table.stack}>
          <When at={one.startDate} />
          <span className={table.secondary}>{one.by}</span>
        </span>
      </td>
      <td data-label="Ends">{one.endDate ? <When at={one.endDate} /> : "Until it is lifted"}</td>
      <td className={table.end}>
        {onLift && !one.maintenance && (
          <Button variant="default" size="compact-xs" onClick={() => onLift(one)}>
            Lift
          </Button>
        )}
      </td>
    </tr>
  );
}

interface LiftProps {
  of: string | undefined;
  one: Switch;
  onClose: () => void;
}

function Lift({ of, one, onClose }: LiftProps) {
  const lift = useChange({
    change: () => liftSwitch(of, one.id),
    touches: [[of ?? "instance", "switches"]],
    said: "The switch is lifted; what waited begins.",
    onDone: onClose,
  });
  return (
    <Confirm
      opened
      title={`Lift ${one.name}?`}
      verb="Lift"
      busy={lift.isPending}
      onConfirm={() => lift.mutate()}
      onClose={onClose}
    >
      {lift.error && <Problem error={lift.error} />}
      {switchPlace(one)} starts again; what waited begins at once.
    </Confirm>
  );
}
