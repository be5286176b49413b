/// What a policy would have stopped, of the flows as they are and the executions that were.
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Evaluation } from "@/api/policies";
import { plural } from "@/lib/text";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { TableFrame } from "../parts/listing";
import parts from "../parts/parts.module.css";
import classes from "./policies.module.css";

interface PreviewCardProps {
  tenant: string;
  attempt: {
    data: Evaluation | undefined;
    error: Error | null;
    isPending: boolean;
    mutate: () => void;
  };
  /** It says nothing yet. */
  off: boolean;
}

export function PreviewCard({ tenant, attempt, off }: PreviewCardProps) {
  const { data, error, isPending } = attempt;
  const button = (
    <Button variant="default" loading={isPending} disabled={off} onClick={() => attempt.mutate()}>
      Preview
    </Button>
  );
  return (
    <Card title="What it would have stopped" side={button}>
      {error ? (
        <Problem error={error} />
      ) : data ? (
        <div className={parts.stack} aria-live="polite">
          <Verdict found={data} />
          {data.flows.results.length > 0 && <Flows tenant={tenant} of={data.flows} />}
          {data.executions.results.length > 0 && (
            <Executions tenant={tenant} of={data.executions} />
          )}
        </div>
      ) : (
        <p className={parts.note}>
          Looks at the flows as they are and at the latest executions, with the inputs and labels
          that they had. It changes nothing.
        </p>
      )}
    </Card>
  );
}

function Verdict({ found: { flows, executions } }: { found: Evaluation }) {
  return (
    <dl className={classes.verdict}>
      <div data-tone={flows.blocked > 0 ? "danger" : "success"}>
        <dt>Flows</dt>
        <dd className="numeric">
          <strong>{flows.blocked.toLocaleString("en")}</strong> of {plural(flows.checked, "flow")}{" "}
          could not be saved again
        </dd>
      </div>
      <div data-tone={executions.blocked > 0 ? "danger" : "success"}>
        <dt>Executions</dt>
        <dd className="numeric">
          <strong>{executions.blocked.toLocaleString("en")}</strong> of{" "}
          {plural(executions.checked, "execution")} would not have started
        </dd>
      </div>
    </dl>
  );
}

interface FoundProps {
  tenant: string;
  of: Evaluation["flows"];
}

function Flows({ tenant, of }: FoundProps) {
  return (
    <div className={classes.found}>
      <TableFrame
        inCard
        label="Flows that it refuses"
        columns={[{ name: "Flow", width: "45%" }, { name: "Why" }]}
      >
        {of.results.map(({ id, namespace, flowId, reason }) => (
          <tr key={id}>
            <td data-wide>
              <Link
                to="/$tenant/flows/$namespace/$flowId"
                params={{ tenant, namespace, flowId }}
                className={table.primary}
              >
                {id}
              </Link>
            </td>
            <td className={table.secondary}>{reason}</td>
          </tr>
        ))}
      </TableFrame>
      <Rest of={of} />
    </div>
  );
}

function Executions({ tenant, of }: FoundProps) {
  return (
    <div className={classes.found}>
      <TableFrame
        inCard
        label="Executions that it refuses"
        columns={[{ name: "Execution", width: "45%" }, { name: "Why" }]}
      >
        {of.results.map(({ id, namespace, flowId, reason }) => (
          <tr key={id}>
            <td data-wide>
              <span className={table.stack}>
                <Link
                  to="/$tenant/executions/$executionId"
                  params={{ tenant, executionId: id }}
                  className={table.primary}
                >
                  {namespace}.{flowId}
                </Link>
                <span className={`${table.secondary} mono`}>{id}</span>
              </span>
            </td>
            <td className={table.secondary}>{reason}</td>
          </tr>
        ))}
      </TableFrame>
      <Rest of={of} />
    </div>
  );
}

function Rest({ of }: { of: Evaluation["flows"] }) {
  const rest = of.blocked - of.results.length;
  return rest > 0 ? <p className={classes.rest}>And {rest.toLocaleString("en")} more.</p> : null;
}
