/// Filters, table and pages of executions; the same for all flows and for one.
import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useMayIn } from "@/api/access";
import { executionsQuery } from "@/api/executions";
import type { FlowKey } from "@/api/types";
import { usePolling } from "@/api/use-live";
import type { ExecutionsSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { Pager } from "@/ui/tables";
import { Waiting } from "@/ui/waiting";
import { BULK_RIGHTS, ExecutionBulk } from "./execution-bulk";
import { ExecutionFilters } from "./execution-filters";
import classes from "./execution-list.module.css";
import { ExecutionTable } from "./execution-table";

export interface ExecutionsPanelProps {
  tenant: string;
  search: ExecutionsSearch;
  /** The list of one flow: its name is not asked for and not repeated in each row. */
  flow?: FlowKey;
  empty?: ReactNode;
  onChange: (search: ExecutionsSearch) => void;
}

export function ExecutionsPanel({ tenant, search, flow, empty, onChange }: ExecutionsPanelProps) {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const paging = {
    page: search.page ?? 1,
    size: search.size ?? 25,
    sort: search.sort ?? "state.startDate:desc",
  };
  const scope = flow ? { namespace: flow.namespace, flowId: flow.id } : {};
  const list = executionsQuery(tenant, { ...search, ...scope, ...paging });
  const executions = useQuery({
    ...list,
    refetchInterval: usePolling(true),
  });
  const rows = executions.data?.results ?? [];
  const may = useMayIn(
    tenant,
    rows.map((one) => one.namespace),
    BULK_RIGHTS,
  );
  const choosable = rows.filter((one) => BULK_RIGHTS.some((right) => may(one.namespace, right)));
  const chosen = choosable.filter((one) => picked.has(one.id));
  return (
    <div className={classes.page}>
      <ExecutionFilters search={search} flow={flow} onChange={onChange} />
      {executions.error && (
        <Problem error={executions.error} onRetry={() => void executions.refetch()} />
      )}
      {executions.isPending && <Waiting rows={8} />}
      <ExecutionBulk
        tenant={tenant}
        executions={chosen}
        may={may}
        onDone={() => setPicked(new Set())}
      />
      {rows.length > 0 && (
        <>
          <ExecutionTable
            tenant={tenant}
            executions={rows}
            choosable={choosable}
            ofOneFlow={flow !== undefined}
            sort={paging.sort}
            picked={picked}
            onPick={setPicked}
            onChange={onChange}
          />
          <Pager
            {...paging}
            total={executions.data?.total ?? 0}
            totalExact={executions.data?.totalExact}
            onPage={(page) => onChange({ page })}
            onSize={(size) => onChange({ size })}
          />
        </>
      )}
      {executions.data && rows.length === 0 && (
        <Nothing tenant={tenant} search={search} empty={empty} onChange={onChange} />
      )}
    </div>
  );
}

type NothingProps = Pick<ExecutionsPanelProps, "tenant" | "search" | "empty" | "onChange">;

function Nothing({ tenant, search, empty, onChange }: NothingProps) {
  const { q, states, labels, range, from, to, flowId, triggerId } = search;
  const filtered = Boolean(q || states || labels || range || from || to || flowId || triggerId);
  if (!filtered && empty) return <>{empty}</>;
  const clear: ExecutionsSearch = {
    q: undefined,
    states: undefined,
    labels: undefined,
    range: undefined,
    from: undefined,
    to: undefined,
    flowId: undefined,
    triggerId: undefined,
  };
  return (
    <Empty
      icon={<IconPlayerPlay size={22} />}
      title={filtered ? "No execution matches" : "Nothing has run yet"}
      action={
        filtered ? (
          <Button variant="default" onClick={() => onChange(clear)}>
            Clear the filters
          </Button>
        ) : (
          <Button
            renderRoot={(props) => <Link to="/$tenant/flows" params={{ tenant }} {...props} />}
          >
            Choose a flow to execute
          </Button>
        )
      }
    >
      {filtered
        ? "Try another state or a longer time."
        : "Every run of a flow appears here the moment it is accepted, whoever or whatever started it."}
    </Empty>
  );
}
