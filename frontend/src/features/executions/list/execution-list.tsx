/// The live list of executions.
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useLiveExecutions } from "@/api/use-live-namespaces";
import type { ExecutionsSearch } from "@/routes/search";
import { PageHead } from "@/ui/page-head";
import { useTitle } from "@/ui/use-title";
import { ExecutionsPanel } from "./executions-panel";

export function ExecutionList() {
  useTitle("Executions");
  const { tenant } = useParams({ from: "/$tenant/executions" });
  const search = useSearch({ from: "/$tenant/executions" });
  const navigate = useNavigate({ from: "/$tenant/executions" });
  useLiveExecutions(tenant, search.namespace);
  const change = (next: ExecutionsSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  return (
    <>
      <PageHead title="Executions" />
      <ExecutionsPanel tenant={tenant} search={search} onChange={change} />
    </>
  );
}
