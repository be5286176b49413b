/// Search in the logs of all executions.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { AllLogsSearch } from "@/routes/search";
import { PageHead } from "@/ui/page-head";
import { useTitle } from "@/ui/use-title";
import { DEFAULT_RANGE, LogFilters } from "./log-filters";
import { LogResults } from "./log-results";
import classes from "./logs.module.css";

export function LogSearchPage() {
  useTitle("Logs");
  const { tenant } = useParams({ from: "/$tenant/logs" });
  const search = useSearch({ from: "/$tenant/logs" });
  const navigate = useNavigate({ from: "/$tenant/logs" });
  const change = (next: AllLogsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const asked = { level: "INFO", range: DEFAULT_RANGE, ...search };
  return (
    <div className={classes.page}>
      <PageHead title="Logs" />
      <div className={classes.body}>
        <LogFilters search={search} ofOneFlow={false} onChange={change} />
        <LogResults key={JSON.stringify(asked)} tenant={tenant} search={asked} ofOneFlow={false} />
      </div>
    </div>
  );
}
