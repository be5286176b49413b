/// A new role, empty or as a copy of another.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { catalogueQuery } from "@/api/explorer";
import { rightsKey } from "@/api/principals";
import { makeRole, type RoleFacts, roleQuery } from "@/api/roles";
import { Problem } from "@/ui/problem";
import { Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { RoleForm } from "./role-form";

const FROM = "/$tenant/admin/roles/new";

export function NewRole() {
  const { tenant } = useParams({ from: FROM });
  const { from } = useSearch({ from: FROM });
  const navigate = useNavigate();
  const catalogue = useQuery(catalogueQuery(tenant));
  const model = useQuery({ ...roleQuery(tenant, from ?? ""), enabled: !!from });
  const make = useChange({
    change: (facts: RoleFacts) => makeRole(tenant, facts),
    touches: [rightsKey(tenant)],
    said: "The role is made. Give it to somebody with a binding.",
    onDone: (role) =>
      void navigate({ to: "/$tenant/admin/roles/$roleId", params: { tenant, roleId: role.id } }),
  });
  const error = catalogue.error ?? model.error;
  const ready = catalogue.data && (!from || model.data);
  const start = {
    name: model.data ? `${model.data.name} (copy)` : "",
    description: model.data?.description ?? "",
    isDefault: false,
    actions: model.data?.actions ?? [],
  };
  return (
    <Section
      title="New role"
      lead="Choose what it may do. You can give away only what you hold yourself."
      back={
        <Link to="/$tenant/admin/roles" params={{ tenant }}>
          Roles
        </Link>
      }
    >
      {error && <Problem error={error} />}
      {ready && (
        <RoleForm
          catalogue={catalogue.data.actions}
          start={start}
          onSave={make.mutate}
          verb="Make the role"
          busy={make.isPending}
          error={make.error}
          fresh
        />
      )}
    </Section>
  );
}
