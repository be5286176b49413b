/// Flows in rows; the same in the list of all and on the page of a namespace.
import { Checkbox } from "@mantine/core";
import { useState } from "react";
import { useMayIn } from "@/api/access";
import type { Flow, FlowKey } from "@/api/types";
import type { FlowsSearch } from "@/routes/search";
import { SortHead, table } from "@/ui/tables";
import { BULK_RIGHTS, FlowBulk } from "./flow-bulk";
import { FlowRow } from "./flow-row";
import { useNextDates } from "./use-next-dates";
import { useRuns } from "./use-runs";

export const keyText = (flow: FlowKey) => `${flow.namespace}/${flow.id}`;

interface FlowTableProps {
  tenant: string;
  flows: Flow[];
  sort: string;
  onChange: (search: FlowsSearch) => void;
  onStart: (flow: Flow) => void;
}

export function FlowTable({ tenant, flows, sort, onChange, onStart }: FlowTableProps) {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const runs = useRuns(tenant, flows);
  const next = useNextDates(tenant, flows);
  const may = useMayIn(
    tenant,
    flows.map((flow) => flow.namespace),
    [...BULK_RIGHTS, "execution.create"],
  );
  const choosable = flows.filter((flow) => BULK_RIGHTS.some((one) => may(flow.namespace, one)));
  const chosen = choosable.filter((flow) => picked.has(keyText(flow)));
  const pick = (keys: string[], on: boolean) =>
    setPicked(
      (before) => new Set([...before].filter((key) => !keys.includes(key)).concat(on ? keys : [])),
    );
  return (
    <>
      <FlowBulk tenant={tenant} flows={chosen} may={may} onDone={() => setPicked(new Set())} />
      <div className={table.frame}>
        <table className={table.table}>
          <thead>
            <tr>
              {choosable.length > 0 && (
                <th style={{ width: 36 }}>
                  <Checkbox
                    size="xs"
                    aria-label="Choose all flows of this page"
                    checked={chosen.length === choosable.length}
                    indeterminate={chosen.length > 0 && chosen.length < choosable.length}
                    onChange={(event) => pick(choosable.map(keyText), event.currentTarget.checked)}
                  />
                </th>
              )}
              <SortHead field="id" sort={sort} onSort={(next) => onChange({ sort: next })}>
                Flow
              </SortHead>
              <th>Labels</th>
              <th>Last runs</th>
              <th>Last state</th>
              <th>Started</th>
              <th data-desktop>Next run</th>
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
                next={next(flow)}
                columnOfChoice={choosable.length > 0}
                choosable={choosable.includes(flow)}
                startable={may(flow.namespace, "execution.create")}
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
