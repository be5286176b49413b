/// What a flow is for, how it has been doing, what it takes and what starts it.
import { IconBolt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { executionsQuery } from "@/api/executions";
import { flowDetailQuery } from "@/api/flows";
import type { Execution, Flow } from "@/api/types";
import { usePolling } from "@/api/use-live";
import { useLiveExecutions } from "@/api/use-live-namespaces";
import { shortId } from "@/features/executions/list";
import { cronWords } from "@/lib/cron";
import { shortType } from "@/lib/text";
import { Card, Facts } from "@/ui/card";
import { Markdown } from "@/ui/markdown";
import { StateBadge } from "@/ui/state";
import { Waiting } from "@/ui/waiting";
import { Took, When } from "@/ui/when";
import { DurationChart } from "./duration-chart";
import classes from "./overview.module.css";
import { flowStatistics } from "./statistics";

export function Overview() {
  const { tenant, namespace, flowId } = useParams({ from: "/$tenant/flows/$namespace/$flowId/" });
  const { data: flow } = useQuery(flowDetailQuery(tenant, { namespace, id: flowId }));
  useLiveExecutions(tenant, namespace);
  const runs = useQuery({
    ...executionsQuery(tenant, { namespace, flowId, page: 1, size: 50 }),
    refetchInterval: usePolling(true),
  });
  if (!flow) {
    return (
      <div style={{ padding: "0 20px" }}>
        <Waiting />
      </div>
    );
  }
  return (
    <div className={classes.grid}>
      <div className={classes.main}>
        {flow.description && (
          <Card title="Description">
            <Markdown text={flow.description} />
          </Card>
        )}
        <Card title="Last executions" flush>
          <Recent tenant={tenant} runs={runs.data?.results ?? []} />
        </Card>
      </div>
      <div className={classes.side}>
        <FactsCard flow={flow} runs={runs.data?.results ?? []} />
        <Triggers flow={flow} />
        <Inputs flow={flow} />
      </div>
    </div>
  );
}

function Recent({ tenant, runs }: { tenant: string; runs: readonly Execution[] }) {
  if (runs.length === 0) {
    return (
      <p className={classes.none}>
        This flow has not run yet. <strong>Execute</strong> starts it; a trigger in its source
        starts it by itself.
      </p>
    );
  }
  return (
    <>
      <DurationChart tenant={tenant} runs={runs} />
      <ul className={classes.list}>
        {runs.slice(0, 8).map((run) => (
          <li key={run.id}>
            <Link
              to="/$tenant/executions/$executionId"
              params={{ tenant, executionId: run.id }}
              className={classes.run}
            >
              <StateBadge state={run.state.current} />
              <span className={`mono ${classes.id}`}>{shortId(run.id)}</span>
              <span className={classes.took}>
                <Took from={run.state.startDate} to={run.state.endDate} />
              </span>
              <span className={classes.when}>
                <When at={run.state.startDate} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}

function FactsCard({ flow, runs }: { flow: Flow; runs: readonly Execution[] }) {
  const { rate, median } = flowStatistics(runs);
  return (
    <Card title="Facts">
      <Facts
        facts={[
          ["Revision", flow.revision],
          ["Changed", flow.updated && <When key="changed" at={flow.updated} />],
          ["Tasks", flow.tasks?.length],
          ["Success", rate],
          ["Median time", median],
        ]}
      />
    </Card>
  );
}

function Triggers({ flow }: { flow: Flow }) {
  if (!flow.triggers?.length) return null;
  return (
    <Card title="Triggers" flush>
      <ul className={classes.rows}>
        {flow.triggers.map((trigger) => (
          <li key={trigger.id}>
            <IconBolt size={15} aria-hidden />
            <div>
              <strong>{trigger.id}</strong>
              <span>{shortType(trigger.type)}</span>
            </div>
            {trigger.cron && <Rhythm cron={trigger.cron} />}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Rhythm({ cron }: { cron: string }) {
  const words = cronWords(cron);
  return words ? <span title={cron}>{words}</span> : <code className="mono">{cron}</code>;
}

function Inputs({ flow }: { flow: Flow }) {
  if (!flow.inputs?.length) return null;
  return (
    <Card title="Inputs" flush>
      <ul className={classes.rows}>
        {flow.inputs.map((input) => (
          <li key={input.id}>
            <div>
              <strong>{input.id}</strong>
              {input.description && <span>{input.description}</span>}
            </div>
            <code className="mono">
              {input.type}
              {input.required === false ? "" : " *"}
            </code>
          </li>
        ))}
      </ul>
    </Card>
  );
}
