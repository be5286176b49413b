/// How much a namespace may run and keep, and how much of it is used.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMay } from "@/api/access";
import { quotasQuery } from "@/api/limits";
import { NewQuota } from "@/features/admin/limits/new-quota";
import { Quotas } from "@/features/admin/limits/quotas";
import classes from "@/features/namespaces/namespaces.module.css";
import { quotasReaching } from "./reaching";

export function NamespaceQuotas() {
  const { tenant, namespaceId } = useParams({ from: "/$tenant/namespaces/$namespaceId/quotas" });
  const mayEdit = useMay(tenant, namespaceId)("quota.edit");
  const quotas = useQuery({
    ...quotasQuery(tenant),
    select: ({ results }) => {
      const reaching = quotasReaching(namespaceId, results);
      return { results: reaching, total: reaching.length };
    },
  });
  return (
    <div className={`${classes.tab} ${classes.stack}`}>
      <div className={classes.bar} style={{ margin: 0 }}>
        <p className={classes.hint} style={{ margin: 0 }}>
          What happens here has to fit below each of these: the tenant's, those of the namespaces
          above, its own.
        </p>
        {mayEdit && (
          <span className={classes.end}>
            <NewQuota tenant={tenant} namespace={namespaceId} />
          </span>
        )}
      </div>
      <Quotas
        tenant={tenant}
        query={quotas}
        mayChange={(quota) => mayEdit && !quota.ofInstance && quota.namespace === namespaceId}
      />
    </div>
  );
}
