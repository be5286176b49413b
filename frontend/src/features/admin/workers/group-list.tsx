/// Worker groups: where work runs.
import { Button } from "@mantine/core";
import { IconPlus, IconServer } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useRights } from "@/api/rights";
import {
  type Capacity,
  everyWorkerQuery,
  type Keeper,
  makeWorkerGroup,
  type WorkerGroup,
  workerGroupsQuery,
  workersKey,
} from "@/api/workers";
import { plural } from "@/lib/text";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { FillBar } from "../parts/fill-bar";
import { Listing } from "../parts/listing";
import { Naming } from "../parts/named";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { WorkerTable } from "./worker-table";
import { waitingWords } from "./worker-words";

export function TenantWorkers() {
  const { tenant } = useParams({ from: "/$tenant/admin/workers" });
  const rights = useRights(tenant);
  return (
    <Section
      title="Worker groups"
      lead="Where the work of this tenant runs, how full that is, and what waits. A flow or a namespace names a group; without one it runs in the default."
      actions={rights.everywhere.has("tenant.edit") && <NewGroup keeper={tenant} tenant={tenant} />}
    >
      <Groups keeper={tenant} tenant={tenant} />
    </Section>
  );
}

export function InstanceWorkers() {
  const { tenant } = useParams({ from: "/$tenant/admin/instance-workers" });
  const workers = useQuery({
    ...everyWorkerQuery,
    select: ({ workers: results }) => ({ results, total: results.length }),
  });
  return (
    <Section
      title="Worker groups of the instance"
      lead="Every group, of the instance and of its tenants, how full it is and what waits; and every worker that is alive or went within a day."
      actions={<NewGroup keeper={undefined} tenant={tenant} />}
    >
      <div className={parts.stack}>
        <Groups keeper={undefined} tenant={tenant} />
        <Card title="All workers" flush>
          <WorkerTable workers={workers} />
        </Card>
      </div>
    </Section>
  );
}

interface GroupsProps {
  keeper: Keeper;
  tenant: string;
}

function Groups({ keeper, tenant }: GroupsProps) {
  const groups = useQuery({
    ...workerGroupsQuery(keeper),
    select: ({ workerGroups: results }) => ({ results, total: results.length }),
  });
  return (
    <Listing
      label="Worker groups"
      query={groups}
      columns={[
        { name: "Group" },
        { name: "Of", width: 120 },
        { name: "Workers", width: 110 },
        { name: "Slots", width: 190 },
        { name: "Waiting", width: 130 },
        { name: "Oldest", width: 120 },
      ]}
      empty={
        <Empty icon={<IconServer size={22} />} title="No group of its own">
          Everything runs in the default group. Make another for work that needs other machines:
          near the data, with a GPU, or behind a firewall.
        </Empty>
      }
      row={(group) => <Row key={group.id} group={group} keeper={keeper} tenant={tenant} />}
    />
  );
}

function Row({ group, keeper, tenant }: GroupsProps & { group: WorkerGroup }) {
  const ofTenant = group.scope === "TENANT";
  return (
    <tr>
      <td data-grow>
        <span className={table.stack}>
          <Link
            to={
              keeper
                ? "/$tenant/admin/workers/$groupId"
                : "/$tenant/admin/instance-workers/$groupId"
            }
            params={{ tenant, groupId: group.id }}
            className={table.primary}
          >
            {group.key}
          </Link>
          <span className={table.secondary}>{group.description}</span>
        </span>
      </td>
      <td>
        <Badge tone={ofTenant ? "running" : "neutral"}>
          {ofTenant ? (group.tenant ?? "The tenant") : "The instance"}
        </Badge>
      </td>
      <td className="numeric">{plural(group.workers, "worker")}</td>
      <td>
        <Slots capacity={group.capacity} />
      </td>
      <td className="numeric">{waitingWords(group.capacity)}</td>
      <td data-desktop={group.capacity.oldestWaitingSince ? undefined : true}>
        <When at={group.capacity.oldestWaitingSince} />
      </td>
    </tr>
  );
}

function Slots({ capacity: { slots, used, free } }: { capacity: Capacity }) {
  if (slots === 0) return <span className={table.secondary}>None alive</span>;
  return (
    <FillBar tone={free === 0 ? "danger" : "success"} share={used / slots}>
      {used} of {plural(slots, "slot")} busy
    </FillBar>
  );
}

function NewGroup({ keeper, tenant }: GroupsProps) {
  const navigate = useNavigate();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button leftSection={<IconPlus size={15} />} onClick={() => setOpen(true)}>
        New group
      </Button>
      {open && (
        <Naming
          title="New worker group"
          verb="Make the group"
          hint="The key that flows write as workerGroup, such as gpu."
          change={({ name, description }) => makeWorkerGroup(keeper, { key: name, description })}
          touches={[workersKey(keeper)]}
          onDone={(group) =>
            void navigate({
              to: keeper
                ? "/$tenant/admin/workers/$groupId"
                : "/$tenant/admin/instance-workers/$groupId",
              params: { tenant, groupId: group.id },
            })
          }
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
