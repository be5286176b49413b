/// Executions in rows.
import { Checkbox } from "@mantine/core";
import { IconBolt, IconUser } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Execution } from "@/api/types";
import type { ExecutionsSearch } from "@/routes/search";
import { Labels } from "@/ui/label-chip";
import { StateBadge } from "@/ui/state";
import { SortHead, table } from "@/ui/tables";
import { Took, When } from "@/ui/when";
import classes from "./execution-list.module.css";

export interface ExecutionTableProps {
  tenant: string;
  executions: readonly Execution[];
  /** Those of them that one may do something with. */
  choosable: readonly Execution[];
  ofOneFlow: boolean;
  sort: string;
  picked: ReadonlySet<string>;
  onPick: (picked: ReadonlySet<string>) => void;
  onChange: (search: ExecutionsSearch) => void;
}

export function ExecutionTable(props: ExecutionTableProps) {
  const { executions, choosable, ofOneFlow, sort, picked, onPick, onChange } = props;
  const chosen = choosable.filter((one) => picked.has(one.id)).length;
  const sortBy = (next: string) => onChange({ sort: next });
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <thead>
          <tr>
            {choosable.length > 0 && (
              <th style={{ width: 36 }}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all executions of this page"
                  checked={chosen === choosable.length}
                  indeterminate={chosen > 0 && chosen < choosable.length}
                  onChange={(event) =>
                    onPick(
                      new Set(event.currentTarget.checked ? choosable.map((one) => one.id) : []),
                    )
                  }
                />
              </th>
            )}
            {ofOneFlow ? <th>Execution</th> : <th>Flow</th>}
            <SortHead field="state.current" sort={sort} onSort={sortBy}>
              State
            </SortHead>
            <SortHead field="state.startDate" sort={sort} onSort={sortBy}>
              Started
            </SortHead>
            <th>Duration</th>
            <th>Labels</th>
            <th>Started by</th>
            <th>Revision</th>
          </tr>
        </thead>
        <tbody>
          {executions.map((execution) => (
            <ExecutionRow key={execution.id} {...props} execution={execution} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The end of a UUIDv7 tells executions apart; its beginning is only the time. */
export function shortId(id: string): string {
  return id.length > 12 ? id.slice(-8) : id;
}

function ExecutionRow(props: ExecutionTableProps & { execution: Execution }) {
  const { tenant, execution, choosable, ofOneFlow, picked, onPick, onChange } = props;
  const { state } = execution;
  const chosen = picked.has(execution.id);
  const toggle = () => {
    const next = new Set(picked);
    if (!next.delete(execution.id)) next.add(execution.id);
    onPick(next);
  };
  return (
    <tr data-selected={chosen || undefined}>
      {choosable.length > 0 && (
        <td data-lead>
          {choosable.includes(execution) && (
            <Checkbox
              size="xs"
              aria-label={`Choose ${execution.flowId} ${shortId(execution.id)}`}
              checked={chosen}
              onChange={toggle}
            />
          )}
        </td>
      )}
      <td data-grow className={classes.name}>
        <div className={table.stack}>
          <Link
            to="/$tenant/executions/$executionId"
            params={{ tenant, executionId: execution.id }}
            className={table.primary}
            title={execution.id}
          >
            {ofOneFlow ? (
              <span className={`mono ${classes.id}`}>{shortId(execution.id)}</span>
            ) : (
              execution.flowId
            )}
          </Link>
          {!ofOneFlow && (
            <span className={table.secondary}>
              {execution.namespace} ·{" "}
              <span className={`mono ${classes.id}`}>{shortId(execution.id)}</span>
            </span>
          )}
        </div>
      </td>
      <td>
        <StateBadge state={state.current} />
      </td>
      <td className={table.secondary}>
        <When at={state.startDate ?? state.histories[0]?.date} />
      </td>
      <td>
        <Took from={state.startDate ?? state.histories[0]?.date} to={state.endDate} />
      </td>
      <td>
        <Labels
          labels={execution.labels ?? []}
          onPick={(label) => onChange({ labels: [`${label.key}:${label.value}`] })}
        />
      </td>
      <td data-desktop>
        <span className={classes.cause}>
          {execution.trigger ? (
            <IconBolt size={14} aria-hidden />
          ) : (
            <IconUser size={14} aria-hidden />
          )}
          {execution.trigger?.id ?? "hand or API"}
        </span>
      </td>
      <td data-desktop className="numeric">
        {execution.flowRevision}
      </td>
    </tr>
  );
}
