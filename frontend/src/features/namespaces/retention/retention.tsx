/// How long a namespace keeps what has ended, and who says so.
import { useParams } from "@tanstack/react-router";
import { useMay } from "@/api/access";
import { RetentionCard } from "@/features/admin/tenant/retention-card";
import classes from "@/features/namespaces/namespaces.module.css";

export function NamespaceRetention() {
  const { tenant, namespaceId } = useParams({
    from: "/$tenant/namespaces/$namespaceId/retention",
  });
  const may = useMay(tenant, namespaceId);
  return (
    <div className={classes.tab}>
      <RetentionCard tenant={tenant} namespace={namespaceId} mayEdit={may("namespace.edit")} />
    </div>
  );
}
