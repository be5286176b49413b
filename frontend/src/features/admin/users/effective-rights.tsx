/// The sum of somebody's roles at a place that one chooses.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { catalogueQuery } from "@/api/explorer";
import type { EntrantDetail } from "@/api/principals";
import { useRights } from "@/api/rights";
import { Card } from "@/ui/card";
import parts from "../parts/parts.module.css";
import { PermissionMatrix } from "../parts/permission-matrix";
import { NamespacePicker } from "../parts/pickers";
import { effective } from "./effective";

const FROM = "/$tenant/admin/users/$userId";

export function EffectiveRights({ tenant, person }: { tenant: string; person: EntrantDetail }) {
  const { at } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const rights = useRights(tenant);
  const { data } = useQuery({
    ...catalogueQuery(tenant),
    enabled: rights.everywhere.has("binding.view"),
  });
  if (!data) return null;
  const chosen = person.superAdmin ? new Set(data.actions) : effective(person.roles, at);
  return (
    <Card title="What they may do">
      <div className={parts.filters}>
        <NamespacePicker
          tenant={tenant}
          label="In the namespace"
          description="Empty: in the whole tenant"
          value={at}
          onChange={(next) => void navigate({ search: { at: next }, replace: true })}
        />
      </div>
      <PermissionMatrix label="What they may do" catalogue={data.actions} chosen={chosen} />
    </Card>
  );
}
