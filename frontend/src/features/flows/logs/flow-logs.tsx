/// The lines of all executions of one flow.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { DEFAULT_RANGE, LogFilters } from "@/features/logs/log-filters";
import { LogResults } from "@/features/logs/log-results";
import classes from "@/features/logs/logs.module.css";
import type { AllLogsSearch } from "@/routes/search";

const FROM = "/$tenant/flows/$namespace/$flowId/logs";

export function FlowLogs() {
  const { tenant, namespace, flowId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const change = (next: AllLogsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const asked = { level: "INFO", range: DEFAULT_RANGE, ...search, namespace, flowId };
  return (
    <div className={`${classes.page} ${classes.tab}`}>
      <div className={classes.body}>
        <LogFilters search={search} ofOneFlow onChange={change} />
        <LogResults key={JSON.stringify(asked)} tenant={tenant} search={asked} ofOneFlow />
      </div>
    </div>
  );
}
