/// One execution: its head, its verbs, its tabs.
import { Link, Outlet, useParams } from "@tanstack/react-router";
import type { Execution } from "@/api/types";
import { shortId } from "@/features/executions/list";
import { stateWord } from "@/lib/states";
import { Copy } from "@/ui/copy";
import { Labels } from "@/ui/label-chip";
import { PageHead } from "@/ui/page-head";
import { Problem } from "@/ui/problem";
import { StateBadge } from "@/ui/state";
import { TabBar, tabClass } from "@/ui/tabs";
import { useTitle } from "@/ui/use-title";
import { Took, When } from "@/ui/when";
import { ExecutionActions } from "./execution-actions";
import classes from "./execution-page.module.css";
import { useExecutionHead, useLiveExecution } from "./use-execution";

const TABS = [
  ["/$tenant/executions/$executionId", "Overview"],
  ["/$tenant/executions/$executionId/gantt", "Gantt"],
  ["/$tenant/executions/$executionId/logs", "Logs"],
  ["/$tenant/executions/$executionId/topology", "Topology"],
  ["/$tenant/executions/$executionId/outputs", "Outputs"],
  ["/$tenant/executions/$executionId/metrics", "Metrics"],
] as const;

export function ExecutionPage() {
  const params = useParams({ from: "/$tenant/executions/$executionId" });
  const { tenant, executionId } = params;
  const execution = useExecutionHead(tenant, executionId);
  useLiveExecution(tenant, executionId);
  const { data } = execution;
  useTitle(data ? `${stateWord(data.state.current)} · ${data.flowId}` : "Execution");
  if (execution.error && !data) {
    return (
      <div className={classes.problem}>
        <Problem error={execution.error} onRetry={() => void execution.refetch()} />
      </div>
    );
  }
  return (
    <div className={classes.page}>
      {data && <Head tenant={tenant} execution={data} />}
      <TabBar label="Execution">
        {TABS.map(([to, word]) => (
          <Link
            key={to}
            to={to}
            params={params}
            className={tabClass}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {word}
          </Link>
        ))}
      </TabBar>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className={classes.body} tabIndex={0}>
        <Outlet />
      </div>
    </div>
  );
}

function Head({ tenant, execution }: { tenant: string; execution: Execution }) {
  const { state, namespace, flowId } = execution;
  const began = state.startDate ?? state.histories[0]?.date;
  return (
    <PageHead
      title={
        <Link to="/$tenant/flows/$namespace/$flowId" params={{ tenant, namespace, flowId }}>
          {flowId}
        </Link>
      }
      beside={
        <span className={classes.beside}>
          <StateBadge state={state.current} size="lg" />
          <span className={classes.fact}>
            <Took from={began} to={state.endDate} />
          </span>
          <span className={classes.fact}>
            <When at={began} />
          </span>
          <span className={classes.id} title={execution.id}>
            <span className="mono">{shortId(execution.id)}</span>
            <Copy text={execution.id} what="the execution's id" />
          </span>
          <Labels labels={execution.labels ?? []} />
        </span>
      }
      actions={<ExecutionActions tenant={tenant} execution={execution} />}
    />
  );
}
