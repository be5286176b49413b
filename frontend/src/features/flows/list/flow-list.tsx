/// The list of flows: find one, see how it has been doing, switch it on or off, start it.
import { Button, Checkbox, Group } from "@mantine/core";
import { IconPlus, IconSitemap } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { flowsQuery } from "@/api/flows";
import type { Flow, FlowKey } from "@/api/types";
import { useLiveExecutions } from "@/api/use-live-executions";
import { ExecuteDialog } from "@/features/flows/execute/lazy";
import type { FlowsSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { PageHead } from "@/ui/page-head";
import { Problem } from "@/ui/problem";
import { Pager, SortHead, table } from "@/ui/tables";
import { useTitle } from "@/ui/use-title";
import { FlowBulk } from "./flow-bulk";
import { FlowFilters } from "./flow-filters";
import classes from "./flow-list.module.css";
import { FlowRow } from "./flow-row";
import { useRuns } from "./use-runs";

export const keyText = (flow: FlowKey) => `${flow.namespace}/${flow.id}`;

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
  const flows = useQuery(flowsQuery(tenant, { ...search, ...paging }));
  useLiveExecutions(tenant, search.namespace);
  return (
    <>
      <PageHead
        title="Flows"
        actions={
          <Button
            leftSection={<IconPlus size={15} />}
            renderRoot={(props) => (
              <Link
                to="/$tenant/flows/new"
                params={{ tenant }}
                search={{ namespace: search.namespace }}
                {...props}
              />
            )}
          >
            New flow
          </Button>
        }
      />
      <div className={classes.page}>
        <FlowFilters search={search} onChange={change} />
        {flows.error && <Problem error={flows.error} onRetry={() => void flows.refetch()} />}
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
        {flows.data?.results.length === 0 && <NoFlows tenant={tenant} search={search} />}
      </div>
      {starting && (
        <ExecuteDialog tenant={tenant} flow={starting} onClose={() => setStarting(undefined)} />
      )}
    </>
  );
}

interface FlowTableProps {
  tenant: string;
  flows: Flow[];
  sort: string;
  onChange: (search: FlowsSearch) => void;
  onStart: (flow: Flow) => void;
}

function FlowTable({ tenant, flows, sort, onChange, onStart }: FlowTableProps) {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const runs = useRuns(tenant, flows);
  const chosen = flows.filter((flow) => picked.has(keyText(flow)));
  const pick = (keys: string[], on: boolean) =>
    setPicked(
      (before) => new Set([...before].filter((key) => !keys.includes(key)).concat(on ? keys : [])),
    );
  return (
    <>
      <FlowBulk tenant={tenant} flows={chosen} onDone={() => setPicked(new Set())} />
      <div className={table.frame}>
        <table className={table.table}>
          <thead>
            <tr>
              <th style={{ width: 36 }}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all flows of this page"
                  checked={chosen.length === flows.length}
                  indeterminate={chosen.length > 0 && chosen.length < flows.length}
                  onChange={(event) => pick(flows.map(keyText), event.currentTarget.checked)}
                />
              </th>
              <SortHead field="id" sort={sort} onSort={(next) => onChange({ sort: next })}>
                Flow
              </SortHead>
              <th>Labels</th>
              <th>Last runs</th>
              <th>Last state</th>
              <th>Started</th>
              <th>Triggers</th>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {flows.map((flow) => (
              <FlowRow
                key={keyText(flow)}
                tenant={tenant}
                flow={flow}
                runs={runs(flow)}
                picked={picked.has(keyText(flow))}
                onPick={(on) => pick([keyText(flow)], on)}
                onLabel={(label) => onChange({ labels: [`${label.key}:${label.value}`] })}
                onStart={() => onStart(flow)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function NoFlows({ tenant, search }: { tenant: string; search: FlowsSearch }) {
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
      title="Write your first flow"
      action={
        <Group>
          <Button
            leftSection={<IconPlus size={15} />}
            renderRoot={(props) => (
              <Link
                to="/$tenant/flows/new"
                params={{ tenant }}
                search={{ namespace: search.namespace }}
                {...props}
              />
            )}
          >
            New flow
          </Button>
        </Group>
      }
    >
      A flow is a YAML file that names its tasks in order. The editor starts with one that runs as
      it is, shows problems while you type, and draws the topology beside it.
    </Empty>
  );
}
