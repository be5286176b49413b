/// The list of flows: find one, see how it has been doing, switch it on or off, start it.
import { Button } from "@mantine/core";
import { IconPlus, IconSitemap } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import { flowsQuery } from "@/api/flows";
import type { Flow } from "@/api/types";
import { usePolling } from "@/api/use-live";
import { useLiveExecutions, useLiveFlows } from "@/api/use-live-namespaces";
import { ExecuteDialog } from "@/features/flows/execute/lazy";
import type { FlowsSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { PageHead } from "@/ui/page-head";
import { Problem } from "@/ui/problem";
import { Pager } from "@/ui/tables";
import { useTitle } from "@/ui/use-title";
import { Waiting } from "@/ui/waiting";
import { FlowFilters } from "./flow-filters";
import classes from "./flow-list.module.css";
import { FlowTable } from "./flow-table";

export function FlowList() {
  useTitle("Flows");
  const { tenant } = useParams({ from: "/$tenant/flows" });
  const search = useSearch({ from: "/$tenant/flows" });
  const navigate = useNavigate({ from: "/$tenant/flows" });
  const [starting, setStarting] = useState<Flow>();
  const change = (next: FlowsSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const sort = search.sort ?? "id:asc";
  const paging = { page: search.page ?? 1, size: search.size ?? 25, sort };
  const flows = useQuery({
    ...flowsQuery(tenant, { ...search, ...paging }),
    refetchInterval: usePolling(true),
  });
  const creates = useMay(tenant, search.namespace)("flow.create");
  useLiveExecutions(tenant, search.namespace);
  useLiveFlows(tenant, search.namespace);
  return (
    <>
      <PageHead
        title="Flows"
        actions={creates && <NewFlowButton tenant={tenant} namespace={search.namespace} />}
      />
      <div className={classes.page}>
        <FlowFilters search={search} onChange={change} />
        {flows.error && <Problem error={flows.error} onRetry={() => void flows.refetch()} />}
        {flows.isPending && <Waiting rows={8} />}
        {flows.data && flows.data.results.length > 0 && (
          <>
            <FlowTable
              tenant={tenant}
              flows={flows.data.results}
              sort={sort}
              onChange={change}
              onStart={setStarting}
            />
            <Pager
              {...paging}
              total={flows.data.total}
              totalExact={flows.data.totalExact}
              onPage={(page) => change({ page })}
              onSize={(size) => change({ size })}
            />
          </>
        )}
        {flows.data?.results.length === 0 && (
          <NoFlows tenant={tenant} search={search} creates={creates} />
        )}
      </div>
      {starting && (
        <ExecuteDialog tenant={tenant} flow={starting} onClose={() => setStarting(undefined)} />
      )}
    </>
  );
}

function NewFlowButton({ tenant, namespace }: { tenant: string; namespace: string | undefined }) {
  return (
    <Button
      leftSection={<IconPlus size={15} />}
      renderRoot={(props) => (
        <Link to="/$tenant/flows/new" params={{ tenant }} search={{ namespace }} {...props} />
      )}
    >
      New flow
    </Button>
  );
}

interface NoFlowsProps {
  tenant: string;
  search: FlowsSearch;
  creates: boolean;
}

function NoFlows({ tenant, search, creates }: NoFlowsProps) {
  const filtered = search.q || search.labels;
  if (filtered) {
    return (
      <Empty
        icon={<IconSitemap size={22} />}
        title="No flow matches"
        action={
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link to="/$tenant/flows" params={{ tenant }} search={{}} {...props} />
            )}
          >
            Clear the filters
          </Button>
        }
      >
        Try fewer words, or another namespace.
      </Empty>
    );
  }
  return (
    <Empty
      icon={<IconSitemap size={22} />}
      title={creates ? "Write your first flow" : "There is no flow here yet"}
      action={creates && <NewFlowButton tenant={tenant} namespace={search.namespace} />}
    >
      A flow is a YAML file that names its tasks in order. The editor starts with one that runs as
      it is, shows problems while you type, and draws the topology beside it.
    </Empty>
  );
}
