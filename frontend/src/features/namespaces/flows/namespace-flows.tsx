/// The flows of a namespace and of those below it.
import { Button } from "@mantine/core";
import { IconSitemap } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import { flowsQuery } from "@/api/flows";
import type { Flow } from "@/api/types";
import { usePolling } from "@/api/use-live";
import { useLiveExecutions, useLiveFlows } from "@/api/use-live-namespaces";
import { ExecuteDialog } from "@/features/flows/execute/lazy";
import { FlowTable } from "@/features/flows/list/flow-table";
import classes from "@/features/namespaces/namespaces.module.css";
import type { FlowsSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { Pager } from "@/ui/tables";
import { Waiting } from "@/ui/waiting";

const FROM = "/$tenant/namespaces/$namespaceId/";

export function NamespaceFlows() {
  const { tenant, namespaceId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const [starting, setStarting] = useState<Flow>();
  const paging = {
    page: search.page ?? 1,
    size: search.size ?? 25,
    sort: search.sort ?? "id:asc",
  };
  const change = (next: FlowsSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const creates = useMay(tenant, namespaceId)("flow.create");
  useLiveExecutions(tenant, namespaceId);
  useLiveFlows(tenant, namespaceId);
  const flows = useQuery({
    ...flowsQuery(tenant, { labels: search.labels, namespace: namespaceId, ...paging }),
    refetchInterval: usePolling(true),
  });
  const rows = flows.data?.results ?? [];
  return (
    <div className={classes.tab}>
      {flows.error && <Problem error={flows.error} onRetry={() => void flows.refetch()} />}
      {flows.isPending && <Waiting rows={8} />}
      {rows.length > 0 && (
        <>
          <FlowTable
            tenant={tenant}
            flows={rows}
            sort={paging.sort}
            onChange={change}
            onStart={setStarting}
          />
          <Pager
            {...paging}
            total={flows.data?.total ?? 0}
            totalExact={flows.data?.totalExact}
            onPage={(page) => change({ page })}
            onSize={(size) => change({ size })}
          />
        </>
      )}
      {flows.data && rows.length === 0 && (
        <Empty
          icon={<IconSitemap size={22} />}
          title="No flow in this namespace"
          action={
            creates && (
              <Button
                renderRoot={(props) => (
                  <Link
                    to="/$tenant/flows/new"
                    params={{ tenant }}
                    search={{ namespace: namespaceId }}
                    {...props}
                  />
                )}
              >
                Write one
              </Button>
            )
          }
        >
          Its secrets, values, files and connections are there for the flows that live here and
          below.
        </Empty>
      )}
      {starting && (
        <ExecuteDialog tenant={tenant} flow={starting} onClose={() => setStarting(undefined)} />
      )}
    </div>
  );
}
