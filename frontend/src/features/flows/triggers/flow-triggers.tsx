/// What starts one flow by itself.
import { Button } from "@mantine/core";
import { IconBolt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMay } from "@/api/access";
import { ofFlow, triggersQuery } from "@/api/triggers";
import { TriggerDrawer } from "@/features/triggers/trigger/trigger-drawer";
import { TriggerTable, triggerKey } from "@/features/triggers/trigger-table";
import classes from "@/features/triggers/triggers.module.css";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { Waiting } from "@/ui/waiting";

const FROM = "/$tenant/flows/$namespace/$flowId/triggers";
const MOST = 1000;

export function FlowTriggers() {
  const params = useParams({ from: FROM });
  const { tenant, namespace, flowId } = params;
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const sort = search.sort ?? "triggerId:asc";
  const triggers = useQuery({
    ...triggersQuery(tenant, { ...ofFlow({ namespace, id: flowId }), page: 1, size: MOST, sort }),
    refetchInterval: 10_000,
  });
  const edits = useMay(tenant, namespace)("flow.edit");
  const rows = triggers.data?.results ?? [];
  const opened = rows.find((one) => triggerKey(one) === search.open);
  const open = (key: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, open: key }) });
  return (
    <div className={classes.tab}>
      {triggers.error && <Problem error={triggers.error} onRetry={() => void triggers.refetch()} />}
      {rows.length > 0 && (
        <TriggerTable
          tenant={tenant}
          triggers={rows}
          ofOneFlow
          sort={sort}
          onSort={(next) =>
            void navigate({ search: (before) => ({ ...before, sort: next }), replace: true })
          }
          onOpen={open}
        />
      )}
      {triggers.isPending && <Waiting rows={4} />}
      {triggers.data && rows.length === 0 && (
        <Empty
          icon={<IconBolt size={22} />}
          title="Nothing starts this flow by itself"
          action={
            edits && (
              <Button
                variant="default"
                renderRoot={(props) => (
                  <Link to="/$tenant/flows/$namespace/$flowId/edit" params={params} {...props} />
                )}
              >
                Edit the flow
              </Button>
            )
          }
        >
          Add a “triggers” section to its source: a schedule, a webhook, other flows, or a file that
          arrives.
        </Empty>
      )}
      {opened && <TriggerDrawer tenant={tenant} one={opened} onClose={() => open(undefined)} />}
    </div>
  );
}
