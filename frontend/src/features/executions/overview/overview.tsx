/// What an execution is, why it is where it is, and where it came from.
import { Skeleton } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { childrenQuery, whyQuery } from "@/api/executions";
import { flowDetailQuery } from "@/api/flows";
import type { Execution, Reason } from "@/api/types";
import { useExecutionHead } from "@/features/executions/execution";
import { shortId } from "@/features/executions/list";
import { FileLeaf, isStorageUri } from "@/features/executions/outputs/file-leaf";
import { usePreferences } from "@/lib/preferences";
import { isTerminal } from "@/lib/states";
import { plural, shortType } from "@/lib/text";
import { absoluteTime, clockTime, humanDuration } from "@/lib/time";
import { Card, Facts } from "@/ui/card";
import { JsonTree } from "@/ui/json";
import { Labels, ownLabels } from "@/ui/label-chip";
import { Markdown } from "@/ui/markdown";
import { StateBadge } from "@/ui/state";
import { Waiting } from "@/ui/waiting";
import { Took } from "@/ui/when";
import classes from "./overview.module.css";
import { TaskStates } from "./task-states";

export function ExecutionOverview() {
  const { tenant, executionId } = useParams({ from: "/$tenant/executions/$executionId/" });
  const { data: execution } = useExecutionHead(tenant, executionId);
  if (!execution) {
    return (
      <div style={{ padding: "0 20px" }}>
        <Waiting />
      </div>
    );
  }
  const inputs = Object.keys(execution.inputs ?? {}).length > 0;
  return (
    <div className={classes.grid}>
      <div className={classes.main}>
        <Why tenant={tenant} execution={execution} />
        <Description tenant={tenant} execution={execution} />
        {execution.taskRunList ? (
          <TaskStates tenant={tenant} execution={execution} />
        ) : (
          <Skeleton height={120} />
        )}
        {inputs && (
          <Card title="Inputs">
            <JsonTree
              value={execution.inputs}
              leaf={(value) =>
                isStorageUri(value) ? (
                  <FileLeaf tenant={tenant} executionId={execution.id} uri={value} />
                ) : undefined
              }
            />
          </Card>
        )}
        <TriggerCard execution={execution} />
        <Children tenant={tenant} id={execution.id} />
      </div>
      <div className={classes.side}>
        <Card title="Facts">
          <ExecutionFacts tenant={tenant} execution={execution} />
        </Card>
        <Card title="States" flush>
          <History execution={execution} />
        </Card>
      </div>
    </div>
  );
}

/** What the flow says of itself, in the revision that ran. */
function Description({ tenant, execution }: { tenant: string; execution: Execution }) {
  const { namespace, flowId: id, flowRevision } = execution;
  const { data } = useQuery(flowDetailQuery(tenant, { namespace, id }, flowRevision));
  if (!data?.description) return null;
  return (
    <Card title="Description">
      <Markdown text={data.description} />
    </Card>
  );
}

/** Only what has not ended can wait for something. */
function Why({ tenant, execution }: { tenant: string; execution: Execution }) {
  const live = !isTerminal(execution.state.current);
  const { data } = useQuery({ ...whyQuery(tenant, execution.id), enabled: live });
  const reasons = data?.reasons ?? [];
  if (!live || reasons.length === 0) return null;
  return (
    <section className={classes.why} data-tone="paused" aria-label="Why it waits">
      <h2>
        <IconHourglass size={16} aria-hidden /> Why it waits
      </h2>
      <ul>
        {reasons.map((reason) => (
          <li key={`${reason.code}${reason.taskRunId ?? ""}`}>
            <span title={reason.code}>{reason.message}</span>
            <Blocker reason={reason} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Blocker({ reason }: { reason: Reason }) {
  const { blocker } = reason;
  const text = typeof blocker === "string" ? blocker : blocker ? JSON.stringify(blocker) : "";
  return text && <code className={`mono ${classes.code}`}>{text}</code>;
}

function ExecutionFacts({ tenant, execution }: { tenant: string; execution: Execution }) {
  const { zone } = usePreferences();
  const { state, namespace, flowId } = execution;
  const labels = ownLabels(execution.labels ?? []);
  const at = (date: string | null | undefined) => date && absoluteTime(Date.parse(date), zone);
  const relative = (id: string | null | undefined): ReactNode =>
    id &&
    id !== execution.id && (
      <Link
        to="/$tenant/executions/$executionId"
        params={{ tenant, executionId: id }}
        className={classes.link}
      >
        <span className="mono">{shortId(id)}</span>
      </Link>
    );
  return (
    <Facts
      facts={[
        ["State", <StateBadge key="state" state={state.current} />],
        [
          "Flow",
          <Link
            key="flow"
            className={classes.link}
            to="/$tenant/flows/$namespace/$flowId"
            params={{ tenant, namespace, flowId }}
          >
            {namespace}.{flowId}
          </Link>,
        ],
        ["Revision", execution.flowRevision],
        ["Started", at(state.startDate ?? state.histories[0]?.date)],
        ["Ended", at(state.endDate)],
        ["Duration", <Took key="took" from={state.startDate} to={state.endDate} />],
        ["Scheduled for", at(execution.scheduleDate)],
        ["Started by", execution.trigger ? execution.trigger.id : "hand or API"],
        ["Parent", relative(execution.parentId)],
        ["Replay of", relative(execution.originalId)],
        ["Labels", labels.length > 0 && <Labels key="labels" labels={labels} />],
        [
          "Id",
          <span key="id" className="mono">
            {execution.id}
          </span>,
        ],
      ]}
    />
  );
}

// Longer ones, such as the headers of a request, would push everything else out of sight.
const SHORT = 200;

function TriggerCard({ execution }: { execution: Execution }) {
  const { trigger } = execution;
  if (!trigger) return null;
  const variables = trigger.variables ?? {};
  const count = Object.keys(variables).length;
  return (
    <Card title="Trigger" side={<span className={classes.type}>{shortType(trigger.type)}</span>}>
      <p className={classes.triggerId}>{trigger.id}</p>
      {count > 0 && (
        <details className={classes.handed} open={JSON.stringify(variables).length <= SHORT}>
          <summary>{plural(count, "value")} that it handed over</summary>
          <JsonTree value={variables} />
        </details>
      )}
    </Card>
  );
}

function History({ execution }: { execution: Execution }) {
  const { zone } = usePreferences();
  const { histories } = execution.state;
  return (
    <ol className={classes.history}>
      {histories.map((entry, position) => {
        const next = histories[position + 1];
        const spent = next ? Date.parse(next.date) - Date.parse(entry.date) : undefined;
        return (
          <li key={`${entry.state}${entry.date}`}>
            <StateBadge state={entry.state} size="sm" />
            <span className={`numeric ${classes.clock}`}>
              {clockTime(Date.parse(entry.date), zone)}
            </span>
            <span className={`numeric ${classes.spent}`}>
              {spent === undefined ? "" : humanDuration(spent)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function Children({ tenant, id }: { tenant: string; id: string }) {
  const { data } = useQuery(childrenQuery(tenant, id));
  if (!data?.results.length) return null;
  return (
    <Card title="Started by this execution" flush>
      <ul className={classes.children}>
        {data.results.map((child) => (
          <li key={child.id}>
            <StateBadge state={child.state.current} />
            <Link
              to="/$tenant/executions/$executionId"
              params={{ tenant, executionId: child.id }}
              className={classes.link}
            >
              {child.flowId} <span className="mono">{shortId(child.id)}</span>
            </Link>
            <span className={classes.spent}>
              <Took from={child.state.startDate} to={child.state.endDate} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
