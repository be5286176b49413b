/// One flow of the list.
import { ActionIcon, Checkbox, Tooltip } from "@mantine/core";
import {
  IconBolt,
  IconCalendarClock,
  IconPlayerPlayFilled,
  IconWebhook,
} from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { labelsOf } from "@/api/flows";
import type { Execution, Flow, FlowTrigger, Label } from "@/api/types";
import { cronWords } from "@/lib/cron";
import { usePreferences } from "@/lib/preferences";
import { typeName } from "@/lib/text";
import { shortDate } from "@/lib/time";
import { Labels } from "@/ui/label-chip";
import { RunStrip, StateBadge, type StripRun } from "@/ui/state";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import classes from "./flow-list.module.css";
import type { FlowRuns } from "./use-runs";

interface FlowRowProps {
  tenant: string;
  flow: Flow;
  runs: FlowRuns;
  /** When a schedule starts it. */
  next: string | undefined;
  /** Some flow of the table can be chosen, so that each row has a place for it. */
  columnOfChoice: boolean;
  choosable: boolean;
  startable: boolean;
  picked: boolean;
  onPick: (on: boolean) => void;
  onLabel: (label: Label) => void;
  onStart: () => void;
}

export function FlowRow(props: FlowRowProps) {
  const { tenant, flow, runs, next, startable, onLabel, onStart } = props;
  const { columnOfChoice, choosable, picked, onPick } = props;
  const params = { tenant, namespace: flow.namespace, flowId: flow.id };
  return (
    <tr data-selected={picked || undefined} data-quiet={flow.disabled || undefined}>
      {columnOfChoice && (
        <td data-lead>
          {choosable && (
            <Checkbox
              size="xs"
              aria-label={`Choose ${flow.id}`}
              checked={picked}
              onChange={(event) => onPick(event.currentTarget.checked)}
            />
          )}
        </td>
      )}
      <td data-grow>
        <div className={table.stack}>
          <span>
            <Link to="/$tenant/flows/$namespace/$flowId" params={params} className={table.primary}>
              {flow.id}
            </Link>
            {flow.disabled && <span className={classes.disabled}>Disabled</span>}
          </span>
          <span className={table.secondary}>{flow.namespace}</span>
        </div>
      </td>
      <td>
        <Labels labels={labelsOf(flow.labels)} onPick={onLabel} />
      </td>
      <td>{runs.recent.length > 0 && <Strip tenant={tenant} runs={runs.recent} />}</td>
      <td>{runs.latest && <Latest tenant={tenant} runs={runs} />}</td>
      <td className={table.secondary}>
        {runs.latest ? <When at={runs.latest.startDate} /> : <span>never</span>}
      </td>
      <td data-desktop className={table.secondary}>
        <span className={classes.next}>
          <Triggers triggers={flow.triggers ?? []} />
          {next && <When at={next} />}
        </span>
      </td>
      <td className={table.end}>
        {!flow.disabled && startable && (
          <Tooltip label={`Execute ${flow.id}`}>
            <ActionIcon aria-label={`Execute ${flow.id}`} onClick={onStart}>
              <IconPlayerPlayFilled size={15} />
            </ActionIcon>
          </Tooltip>
        )}
      </td>
    </tr>
  );
}

function Latest({ tenant, runs }: { tenant: string; runs: FlowRuns }) {
  if (!runs.latest) return null;
  return (
    <Link
      to="/$tenant/executions/$executionId"
      params={{ tenant, executionId: runs.latest.id }}
      title="Open the last execution"
    >
      <StateBadge state={runs.latest.status} />
    </Link>
  );
}

export function stripRun(run: Execution, zone: string | undefined): StripRun {
  const began = Date.parse(run.state.startDate ?? run.state.histories[0]?.date ?? "");
  const ended = run.state.endDate ? Date.parse(run.state.endDate) : Date.now();
  return {
    id: run.id,
    state: run.state.current,
    duration: ended - began,
    note: shortDate(began, zone),
  };
}

function Strip({ tenant, runs }: { tenant: string; runs: readonly Execution[] }) {
  const { zone } = usePreferences();
  const navigate = useNavigate();
  return (
    <RunStrip
      runs={runs.map((run) => stripRun(run, zone))}
      onPick={(run) =>
        void navigate({
          to: "/$tenant/executions/$executionId",
          params: { tenant, executionId: run.id },
        })
      }
    />
  );
}

const TRIGGER_ICONS: Record<string, typeof IconBolt> = {
  Schedule: IconCalendarClock,
  Webhook: IconWebhook,
};

function Triggers({ triggers }: { triggers: readonly FlowTrigger[] }) {
  return (
    <span className={classes.triggers}>
      {triggers.map((trigger) => {
        const kind = typeName(trigger.type);
        const Icon = TRIGGER_ICONS[kind] ?? IconBolt;
        const when = trigger.cron && (cronWords(trigger.cron) ?? trigger.cron);
        const text = [trigger.id, kind, when].filter(Boolean).join(" · ");
        return (
          <Tooltip key={trigger.id} label={text}>
            <span role="img" aria-label={text}>
              <Icon size={15} aria-hidden />
            </span>
          </Tooltip>
        );
      })}
    </span>
  );
}
