/// One group: who is in it, what it may do, and what its end would take away.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { impactQuery } from "@/api/explorer";
import { changeGroup, deleteGroup, type Group, groupQuery, rightsKey } from "@/api/principals";
import { useRights } from "@/api/rights";
import { bindingsQuery } from "@/api/roles";
import { plural } from "@/lib/text";
import { HeldRoles } from "../bindings/held-roles";
import { Deletion } from "../parts/deletion";
import { Loaded } from "../parts/loaded";
import { NamedActions, Naming } from "../parts/named";
import parts from "../parts/parts.module.css";
import { Section } from "../parts/section";
import { Members } from "./members";

export function GroupPage() {
  const { tenant, groupId } = useParams({ from: "/$tenant/admin/groups/$groupId" });
  const group = useQuery(groupQuery(tenant, groupId));
  return (
    <Loaded what="Group" query={group}>
      {(found) => <Shown tenant={tenant} group={found} />}
    </Loaded>
  );
}

interface ShownProps {
  tenant: string;
  group: Group;
}

function Shown({ tenant, group }: ShownProps) {
  const rights = useRights(tenant);
  const mayEdit = rights.everywhere.has("group.edit");
  const bindings = useQuery({
    ...bindingsQuery(tenant, { principal: group.id, page: 1, size: 250 }),
    enabled: rights.somewhere.has("binding.view"),
  });
  return (
    <Section
      title={group.name}
      lead={group.description || undefined}
      back={
        <Link to="/$tenant/admin/groups" params={{ tenant }}>
          Groups
        </Link>
      }
      actions={mayEdit && <Actions tenant={tenant} group={group} />}
    >
      <div className={parts.stack}>
        {bindings.data && (
          <HeldRoles
            tenant={tenant}
            principal={{ type: "GROUP", id: group.id, name: group.name }}
            roles={bindings.data.results.map((row) => ({
              key: row.id,
              role: row.role,
              namespace: row.namespace,
              bindingId: row.id,
            }))}
            nothing="The group has no role yet, so being in it changes nothing. Give it one."
          />
        )}
        <Members tenant={tenant} group={group} mayAppoint={mayEdit} />
      </div>
    </Section>
  );
}

function Actions({ tenant, group }: ShownProps) {
  const navigate = useNavigate();
  const touches = [rightsKey(tenant)];
  return (
    <NamedActions
      rename={(close) => (
        <Naming
          title="Rename the group"
          verb="Save"
          start={group}
          change={(facts) => changeGroup(tenant, group.id, facts)}
          touches={touches}
          said="The group is saved."
          onDone={close}
          onClose={close}
        />
      )}
      remove={(close) => (
        <Deletion
          name={group.name}
          change={() => deleteGroup(tenant, group.id)}
          touches={touches}
          onDone={() => navigate({ to: "/$tenant/admin/groups", params: { tenant } })}
          onClose={close}
        >
          Its members lose what they hold through it. <Losses tenant={tenant} group={group} />
        </Deletion>
      )}
    />
  );
}

function Losses({ tenant, group }: ShownProps) {
  const { data } = useQuery(impactQuery(tenant, { groupId: group.id }));
  if (!data) return null;
  const losers = new Set(data.losses.map((loss) => loss.user.id)).size;
  if (losers === 0) return "Nobody loses a right: they hold the same ones in another way.";
  return (
    <>
      {plural(losers, "account")} would lose rights.{" "}
      <Link
        to="/$tenant/admin/access"
        params={{ tenant }}
        search={{ ask: "impact", group: group.id }}
        style={{ textDecoration: "underline" }}
      >
        See who loses what
      </Link>
    </>
  );
}
