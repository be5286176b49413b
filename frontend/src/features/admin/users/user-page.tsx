/// One person or service account in the tenant: groups, roles, and what they add up to.
import { Button } from "@mantine/core";
import { IconRoute, IconUserMinus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { type EntrantDetail, entrantQuery, rightsKey, shutOut } from "@/api/principals";
import { useRights } from "@/api/rights";
import { Card, Facts } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Problem } from "@/ui/problem";
import { type HeldRole, HeldRoles } from "../bindings/held-roles";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { EffectiveRights } from "./effective-rights";
import { UserGroups } from "./user-groups";

const FROM = "/$tenant/admin/users/$userId";

export function UserPage() {
  const { tenant, userId } = useParams({ from: FROM });
  const person = useQuery(entrantQuery(tenant, userId));
  if (person.error) {
    return (
      <Section title="User">
        <Problem error={person.error} onRetry={() => void person.refetch()} />
      </Section>
    );
  }
  return person.data ? <Shown tenant={tenant} person={person.data} /> : null;
}

function Shown({ tenant, person }: { tenant: string; person: EntrantDetail }) {
  const rights = useRights(tenant);
  const [leaving, setLeaving] = useState(false);
  const machine = person.type === "SERVICE_ACCOUNT";
  const actions = (
    <>
      {rights.everywhere.has("binding.view") && (
        <Button
          variant="default"
          leftSection={<IconRoute size={15} />}
          renderRoot={(props) => (
            <Link
              to="/$tenant/admin/access"
              params={{ tenant }}
              search={{ ask: "why", user: person.id }}
              {...props}
            />
          )}
        >
          Why can they…
        </Button>
      )}
      {rights.everywhere.has("user.edit") && !machine && (
        <Button
          variant="default"
          leftSection={<IconUserMinus size={15} />}
          onClick={() => setLeaving(true)}
        >
          Remove from the tenant
        </Button>
      )}
    </>
  );
  return (
    <Section
      title={person.displayName}
      beside={
        <>
          <Badge tone={machine ? "neutral" : "running"}>
            {machine ? "Service account" : "Person"}
          </Badge>
          {person.superAdmin && <Badge tone="warning">Super-admin</Badge>}
        </>
      }
      back={
        <Link to="/$tenant/admin/users" params={{ tenant }}>
          Users
        </Link>
      }
      actions={actions}
    >
      <div className={parts.stack}>
        <Card title="Account">
          <Facts
            facts={[
              ["Signs in as", machine ? undefined : person.username],
              ["Description", person.description],
              ["Groups", <UserGroups key="groups" tenant={tenant} person={person} />],
            ]}
          />
        </Card>
        <HeldRoles
          tenant={tenant}
          principal={{ type: "USER", id: person.id, name: person.displayName }}
          roles={heldBy(person)}
          nothing="They have no role here yet, so they see nothing. Give them one on a namespace."
        />
        <EffectiveRights tenant={tenant} person={person} />
      </div>
      {leaving && <Leaving tenant={tenant} person={person} onClose={() => setLeaving(false)} />}
    </Section>
  );
}

function heldBy(person: EntrantDetail): HeldRole[] {
  const groups = new Map(person.groups.map((group) => [group.id, group]));
  return person.roles.map((held) => ({
    key: `${held.sourceId}:${held.id}:${held.namespace ?? ""}`,
    role: { id: held.id, name: held.name },
    namespace: held.namespace,
    via:
      held.origin === "GROUP"
        ? (groups.get(held.sourceId) ?? { id: held.sourceId, name: "a group" })
        : undefined,
    bindingId: held.origin === "BINDING" ? held.sourceId : undefined,
  }));
}

interface LeavingProps {
  tenant: string;
  person: EntrantDetail;
  onClose: () => void;
}

function Leaving({ tenant, person, onClose }: LeavingProps) {
  const navigate = useNavigate();
  const go = useChange({
    change: () => shutOut(tenant, person.id),
    touches: [rightsKey(tenant)],
    said: `${person.displayName} is out of the tenant.`,
    onDone: () => void navigate({ to: "/$tenant/admin/users", params: { tenant } }),
  });
  return (
    <Confirm
      opened
      danger
      title={`Remove ${person.displayName}?`}
      verb="Remove"
      busy={go.isPending}
      onConfirm={() => go.mutate()}
      onClose={onClose}
    >
      {go.error && <Problem error={go.error} />}
      They lose every role and group that they have in this tenant. What they made stays. Their
      account in other tenants is not touched.
    </Confirm>
  );
}
