/// Why a task run failed, in its own words.
import { useQuery } from "@tanstack/react-query";
import { lastErrorQuery } from "@/api/logs";
import classes from "./overview.module.css";

interface FailureReasonProps {
  tenant: string;
  executionId: string;
  taskRunId: string;
}

/** Nothing for whoever may not read logs, and for a run that said nothing. */
export function FailureReason({ tenant, executionId, taskRunId }: FailureReasonProps) {
  const { data } = useQuery(lastErrorQuery(tenant, executionId, taskRunId));
  if (!data) return null;
  return (
    <p className={`mono ${classes.reason}`} data-tone="danger" title={data}>
      {data}
    </p>
  );
}
