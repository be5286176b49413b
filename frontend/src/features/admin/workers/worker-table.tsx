/// Workers: how they are, how full, since when they were heard of; drained and let back.
import { Button } from "@mantine/core";
import { IconServer } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { Worker } from "@/api/workers";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { Listing } from "../parts/listing";
import { Badge } from "../parts/section";
import { workerState } from "./worker-words";

export interface WorkerTableProps {
  workers: UseQueryResult<{ results: Worker[]; total: number }>;
  /** Absent: the table is only read. */
  onDrain?: (worker: Worker, drain: boolean) => void;
}

export function WorkerTable({ workers, onDrain }: WorkerTableProps) {
  return (
    <Listing
      inCard
      label="Workers"
      query={workers}
      columns={[
        { name: "Worker" },
        { name: "State" },
        { name: "Runs" },
        { name: "Version" },
        { name: "Last heard of" },
        { name: "Actions", hidden: true, width: 96 },
      ]}
      empty={
        <Empty icon={<IconServer size={22} />} title="No worker is here">
          Work for this group waits until one starts.
        </Empty>
      }
      row={(worker) => <Row key={worker.id} worker={worker} onDrain={onDrain} />}
    />
  );
}

interface RowProps {
  worker: Worker;
  onDrain: WorkerTableProps["onDrain"];
}

function Row({ worker, onDrain }: RowProps) {
  const [word, tone] = workerState(worker.state);
  const labels = Object.entries(worker.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const living = worker.state === "READY" || worker.state === "DRAINING";
  const draining = worker.state === "DRAINING";
  return (
    <tr data-quiet={!living || undefined}>
      <td data-wide>
        <span className={table.stack}>
          <span className={table.primary}>{worker.host || "Unknown host"}</span>
          <span className={table.secondary}>
            {worker.group} · process {worker.pid}
            {worker.remote && " · over HTTP"}
            {labels.length > 0 && ` · ${labels.join(", ")}`}
          </span>
        </span>
      </td>
      <td>
        <Badge tone={tone}>{word}</Badge>
      </td>
      <td className="numeric">
        {worker.running} of {worker.slots}
      </td>
      <td>{worker.version || "–"}</td>
      <td data-label="Last heard of">
        <When at={worker.stoppedAt ?? worker.lastSeenAt} />
      </td>
      <td className={table.end}>
        {onDrain && living && (
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`${draining ? "Let work again" : "Drain"}: ${worker.host} ${worker.pid}`}
            onClick={() => onDrain(worker, !draining)}
          >
            {draining ? "Let work again" : "Drain"}
          </Button>
        )}
      </td>
    </tr>
  );
}
