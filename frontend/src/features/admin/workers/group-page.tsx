/// One worker group: how full it is, its workers, the tokens of those on other machines.
import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useRights } from "@/api/rights";
import {
  deleteWorkerGroup,
  drainWorker,
  type Keeper,
  type WorkerGroup,
  workerGroupQuery,
  workersKey,
  workersQuery,
} from "@/api/workers";
import { Card } from "@/ui/card";
import { tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { Deletion } from "../parts/deletion";
import { Loaded } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { WorkerTable } from "./worker-table";
import { WorkerTokens } from "./worker-tokens";
import { capacityWords, waitingWords } from "./worker-words";

export function TenantWorkerGroup() {
  const { tenant, groupId } = useParams({ from: "/$tenant/admin/workers/$groupId" });
  const rights = useRights(tenant);
  return (
    <GroupPage
      keeper={tenant}
      tenant={tenant}
      id={groupId}
      mayEdit={rights.everywhere.has("tenant.edit")}
    />
  );
}

export function InstanceWorkerGroup() {
  const { tenant, groupId } = useParams({ from: "/$tenant/admin/instance-workers/$groupId" });
  return <GroupPage keeper={undefined} tenant={tenant} id={groupId} mayEdit />;
}

interface GroupPageProps {
  keeper: Keeper;
  tenant: string;
  id: string;
  mayEdit: boolean;
}

function GroupPage(props: GroupPageProps) {
  const group = useQuery(workerGroupQuery(props.keeper, props.id));
  return (
    <Loaded what="Worker group" query={group}>
      {(found) => <Shown {...props} group={found} />}
    </Loaded>
  );
}

function Shown({ keeper, tenant, group, mayEdit }: GroupPageProps & { group: WorkerGroup }) {
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  // A tenant sees of the instance's groups nothing but the number of workers.
  const own = keeper === undefined || group.scope === "TENANT";
  const list = keeper ? "/$tenant/admin/workers" : "/$tenant/admin/instance-workers";
  return (
    <Section
      title={group.key}
      lead={group.description || undefined}
      beside={<Badge>{group.scope === "TENANT" ? "Of the tenant" : "Of the instance"}</Badge>}
      back={
        <Link to={list} params={{ tenant }}>
          Worker groups
        </Link>
      }
      actions={
        mayEdit &&
        group.deletable && (
          <Button
            variant="default"
            leftSection={<IconTrash size={15} />}
            onClick={() => setDeleting(true)}
          >
            Delete
          </Button>
        )
      }
    >
      <div className={parts.stack}>
        <p
          className={parts.state}
          data-tone={group.capacity.free > 0 ? "success" : "warning"}
          role="status"
        >
          {capacityWords(group.capacity)}
          {group.capacity.waiting > 0 && (
            <span>
              {waitingWords(group.capacity)}
              {group.capacity.oldestWaitingSince && (
                <>
                  , the oldest since <When at={group.capacity.oldestWaitingSince} />
                </>
              )}
              .
            </span>
          )}
        </p>
        {own && <Workers keeper={keeper} group={group} mayEdit={mayEdit} />}
        {own && <WorkerTokens keeper={keeper} group={group} mayEdit={mayEdit} />}
      </div>
      {deleting && (
        <Deletion
          name={group.key}
          change={() => deleteWorkerGroup(keeper, group.id, group.workers > 0)}
          touches={[workersKey(keeper)]}
          onDone={() => navigate({ to: list, params: { tenant } })}
          onClose={() => setDeleting(false)}
        >
          Its tokens end.{" "}
          {group.workers > 0 && "Workers of it are alive: what they run is taken over elsewhere. "}
          Flows that name it wait until a group of that key exists again.
        </Deletion>
      )}
    </Section>
  );
}

interface OfGroupProps {
  keeper: Keeper;
  group: WorkerGroup;
  mayEdit: boolean;
}

function Workers({ keeper, group, mayEdit }: OfGroupProps) {
  const workers = useQuery({
    ...workersQuery(keeper, group.id),
    select: ({ workers: results }) => ({ results, total: results.length }),
  });
  const drain = useChange({
    change: ({ id, on }: { id: string; on: boolean }) => drainWorker(keeper, group.id, id, on),
    touches: [workersKey(keeper)],
  });
  return (
    <Card title="Workers" flush>
      <WorkerTable
        workers={workers}
        onDrain={
          mayEdit
            ? (worker, on) => drain.mutate({ id: worker.id, on }, { onError: tellProblem })
            : undefined
        }
      />
    </Card>
  );
}
