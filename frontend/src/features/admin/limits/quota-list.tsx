/// How much the tenant, its namespaces and its flows may run and keep, and how much they use.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { quotasQuery } from "@/api/limits";
import { useRights } from "@/api/rights";
import { Section } from "../parts/section";
import { NewQuota } from "./new-quota";
import { Quotas } from "./quotas";

export function QuotaList() {
  const { tenant } = useParams({ from: "/$tenant/admin/quotas" });
  const rights = useRights(tenant);
  const quotas = useQuery(quotasQuery(tenant));
  const mayEdit = rights.somewhere.has("quota.edit");
  const add = mayEdit && <NewQuota tenant={tenant} />;
  return (
    <Section
      title="Quotas"
      lead="What happens in a flow has to fit below every quota on its way up: the flow's, its namespaces', the tenant's."
      actions={add}
    >
      <Quotas
        tenant={tenant}
        query={quotas}
        action={add}
        mayChange={(quota) => mayEdit && !quota.ofInstance}
      />
    </Section>
  );
}
