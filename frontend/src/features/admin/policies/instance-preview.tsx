/// What a policy of the instance would have stopped, tenant by tenant, in numbers.
import { Button } from "@mantine/core";
import type { TenantEvaluation } from "@/api/instance-policies";
import type { Page } from "@/api/types";
import { plural } from "@/lib/text";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { TableFrame } from "../parts/listing";
import parts from "../parts/parts.module.css";
import classes from "./policies.module.css";

interface InstancePreviewProps {
  attempt: {
    data: Page<TenantEvaluation> | undefined;
    error: Error | null;
    isPending: boolean;
    mutate: () => void;
  };
  /** It says nothing yet. */
  off: boolean;
}

export function InstancePreview({ attempt, off }: InstancePreviewProps) {
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
        <Numbers found={data} />
      ) : (
        <p className={parts.note}>
          Looks at the flows of each tenant as they are and at its latest executions. It tells
          numbers only: what is inside of a tenant is seen by its own people, who find this policy
          below Policies once it is saved, and can preview it there.
        </p>
      )}
    </Card>
  );
}

function Numbers({ found }: { found: Page<TenantEvaluation> }) {
  const rest = found.total - found.results.length;
  if (found.total === 0) return <p className={parts.note}>It is for no tenant that there is.</p>;
  return (
    <div className={classes.found} aria-live="polite">
      <TableFrame
        inCard
        label="What it would have stopped in each tenant"
        columns={[{ name: "Tenant", width: "40%" }, { name: "Flows" }, { name: "Executions" }]}
      >
        {found.results.map(({ tenantId, flows, executions }) => (
          <tr key={tenantId}>
            <td data-wide>{tenantId}</td>
            <td className="numeric">{share(flows)}</td>
            <td className="numeric">{share(executions)}</td>
          </tr>
        ))}
      </TableFrame>
      {rest > 0 && <p className={classes.rest}>And {plural(rest, "tenant")} more.</p>}
    </div>
  );
}

function share({ checked, blocked }: { checked: number; blocked: number }): string {
  return `${blocked.toLocaleString("en")} of ${checked.toLocaleString("en")}`;
}
