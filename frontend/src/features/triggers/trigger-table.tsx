/// Triggers in rows, with where each stands; the same for all and for those of one flow.
import { Button, Checkbox, Switch } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMayIn } from "@/api/access";
import type { Trigger, WrittenTrigger } from "@/api/triggers";
import { cronWords } from "@/lib/cron";
import { typeName } from "@/lib/text";
import { useNow } from "@/lib/use-now";
import { BulkBar } from "@/ui/bulk-bar";
import { PluginIcon } from "@/ui/plugin-icon";
import { SortHead, table } from "@/ui/tables";
import { When } from "@/ui/when";
import { standingOf } from "./standing";
import classes from "./triggers.module.css";
import { useTriggerVerb } from "./use-trigger-verbs";

export const triggerKey = ({ state }: Trigger) =>
  `${state.namespace}/${state.flowId}/${state.triggerId}`;

export interface TriggerTableProps {
  tenant: string;
  triggers: readonly Trigger[];
  ofOneFlow: boolean;
  sort: string;
  onSort: (sort: string) => void;
  onOpen: (key: string) => void;
}

export function TriggerTable(props: TriggerTableProps) {
  const { tenant, triggers, ofOneFlow, sort, onSort } = props;
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const may = useMayIn(
    tenant,
    triggers.map((one) => one.state.namespace),
    ["trigger.edit"],
  );
  const mine = triggers.filter((one) => may(one.state.namespace, "trigger.edit"));
  const chosen = mine.filter((one) => picked.has(triggerKey(one)));
  const pick = (keys: readonly string[], on: boolean) =>
    setPicked(
      (before) => new Set([...before].filter((key) => !keys.includes(key)).concat(on ? keys : [])),
    );
  return (
    <>
      <TriggerBulk tenant={tenant} chosen={chosen} onDone={() => setPicked(new Set())} />
      <div className={table.frame}>
        <table className={table.table}>
          <thead>
            <tr>
              {mine.length > 0 && (
                <th style={{ width: 36 }}>
                  <Checkbox
                    size="xs"
                    aria-label="Choose all triggers of this page"
                    checked={chosen.length === mine.length}
                    indeterminate={chosen.length > 0 && chosen.length < mine.length}
                    onChange={(event) => pick(mine.map(triggerKey), event.currentTarget.checked)}
                  />
                </th>
              )}
              <SortHead field="triggerId" sort={sort} onSort={onSort}>
                Trigger
              </SortHead>
              {!ofOneFlow && (
                <SortHead field="flowId" sort={sort} onSort={onSort}>
                  Flow
                </SortHead>
              )}
              <th>State</th>
              <SortHead field="nextEvaluationDate" sort={sort} onSort={onSort}>
                Next
              </SortHead>
              <SortHead field="lastTriggeredDate" sort={sort} onSort={onSort}>
                Last fired
              </SortHead>
              <th>
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {triggers.map((one) => (
              <TriggerRow
                key={triggerKey(one)}
                {...props}
                one={one}
                columnOfChoice={mine.length > 0}
                editable={mine.includes(one)}
                picked={picked.has(triggerKey(one))}
                onPick={(on) => pick([triggerKey(one)], on)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface BulkProps {
  tenant: string;
  chosen: readonly Trigger[];
  onDone: () => void;
}

function TriggerBulk({ tenant, chosen, onDone }: BulkProps) {
  const verb = useTriggerVerb(tenant, onDone);
  const states = chosen.map((one) => one.state);
  const offers = [
    ["enable", "Enable", states.filter((one) => one.disabled)],
    ["disable", "Disable", states.filter((one) => !one.disabled)],
    ["unlock", "Unlock", states.filter((one) => one.locked)],
  ] as const;
  return (
    <BulkBar count={chosen.length} what="trigger" onClear={onDone}>
      {offers.map(
        ([name, word, of]) =>
          of.length > 0 && (
            <Button
              key={name}
              variant="default"
              loading={verb.isPending && verb.variables.verb === name}
              onClick={() => verb.mutate({ verb: name, of })}
            >
              {word}
            </Button>
          ),
      )}
    </BulkBar>
  );
}

/** In words where it has short ones; the expression itself stands behind them. */
function Rhythm({ trigger: { cron, timezone, interval } }: { trigger: WrittenTrigger }) {
  if (!cron) return interval ? <code className="mono">{interval}</code> : null;
  const words = cronWords(cron);
  return (
    <>
      {words ? <span title={cron}>{words}</span> : <code className="mono">{cron}</code>}
      {timezone ? `, ${timezone}` : ""}
    </>
  );
}

interface RowProps extends TriggerTableProps {
  one: Trigger;
  /** Some trigger of the table can be chosen, so that each row has a place for it. */
  columnOfChoice: boolean;
  editable: boolean;
  picked: boolean;
  onPick: (on: boolean) => void;
}

function TriggerRow(props: RowProps) {
  const { tenant, one, ofOneFlow, columnOfChoice, editable, picked, onPick, onOpen } = props;
  const { trigger, state } = one;
  const now = useNow(30_000);
  const verb = useTriggerVerb(tenant);
  const standing = standingOf(one, now);
  const comes = !state.disabled && state.nextEvaluationDate !== undefined;
  return (
    <tr
      className={classes.row}
      data-selected={picked || undefined}
      data-quiet={state.disabled || undefined}
    >
      {columnOfChoice && (
        <td data-cell="choice">
          {editable && (
            <Checkbox
              size="xs"
              aria-label={`Choose ${state.triggerId} of ${state.flowId}`}
              checked={picked}
              onChange={(event) => onPick(event.currentTarget.checked)}
            />
          )}
        </td>
      )}
      <td data-cell="name">
        <span className={classes.name}>
          <PluginIcon type={trigger.type} size={16} />
          <span className={table.stack}>
            <button
              type="button"
              className={`${table.primary} ${classes.open}`}
              onClick={() => onOpen(triggerKey(one))}
            >
              {state.triggerId}
            </button>
            <span className={table.secondary}>
              {typeName(trigger.type)} <Rhythm trigger={trigger} />
            </span>
          </span>
        </span>
      </td>
      {!ofOneFlow && (
        <td data-cell="flow">
          <span className={table.stack}>
            <Link
              to="/$tenant/flows/$namespace/$flowId/triggers"
              params={{ tenant, namespace: state.namespace, flowId: state.flowId }}
              className={table.primary}
            >
              {state.flowId}
            </Link>
            <span className={table.secondary}>{state.namespace}</span>
          </span>
        </td>
      )}
      <td data-cell="standing">
        <button
          type="button"
          className={classes.standing}
          data-tone={standing.tone}
          title={standing.why}
          onClick={() => onOpen(triggerKey(one))}
        >
          {standing.word}
        </button>
      </td>
      <td data-cell="next" data-none={!comes || undefined} className={table.secondary}>
        <span className={classes.heading}>Next </span>
        {comes ? <When at={state.nextEvaluationDate} /> : "–"}
      </td>
      <td data-cell="last" className={table.secondary}>
        <span className={classes.heading}>Last fired </span>
        {state.lastTriggeredDate ? <When at={state.lastTriggeredDate} /> : <span>never</span>}
      </td>
      <td data-cell="switch" className={table.end}>
        {editable && !trigger.disabled && (
          <Switch
            size="xs"
            aria-label={`${state.triggerId} of ${state.flowId} is on`}
            checked={!state.disabled}
            disabled={verb.isPending}
            onChange={(event) =>
              verb.mutate({ verb: event.currentTarget.checked ? "enable" : "disable", of: [state] })
            }
          />
        )}
      </td>
    </tr>
  );
}
