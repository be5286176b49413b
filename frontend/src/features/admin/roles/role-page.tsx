/// One role: what it may do; who has it is on the page of bindings.
import { Button } from "@mantine/core";
import { IconCopy, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { catalogueQuery } from "@/api/explorer";
import { rightsKey } from "@/api/principals";
import { useRights } from "@/api/rights";
import { changeRole, deleteRole, type Role, type RoleFacts, roleQuery } from "@/api/roles";
import { Confirm } from "@/ui/confirm";
import { Problem } from "@/ui/problem";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { RoleForm } from "./role-form";

const FROM = "/$tenant/admin/roles/$roleId";

export function RolePage() {
  const { tenant, roleId } = useParams({ from: FROM });
  const role = useQuery(roleQuery(tenant, roleId));
  if (role.error) {
    return (
      <Section title="Role">
        <Problem error={role.error} onRetry={() => void role.refetch()} />
      </Section>
    );
  }
  return role.data ? <Shown key={role.data.id} tenant={tenant} role={role.data} /> : null;
}

function Shown({ tenant, role }: { tenant: string; role: Role }) {
  const rights = useRights(tenant);
  const [deleting, setDeleting] = useState(false);
  // Whoever may not read the catalogue still sees what this role holds.
  const catalogue = useQuery({
    ...catalogueQuery(tenant),
    enabled: rights.everywhere.has("binding.view"),
  });
  const mayEdit = rights.everywhere.has("role.edit");
  const save = useChange({
    change: (facts: RoleFacts) => changeRole(tenant, role.id, facts),
    touches: [rightsKey(tenant)],
    said: "The role is saved; everybody who has it has what it says now.",
  });
  const actions = mayEdit && (
    <>
      <Button
        variant="default"
        leftSection={<IconCopy size={15} />}
        renderRoot={(props) => (
          <Link
            to="/$tenant/admin/roles/new"
            params={{ tenant }}
            search={{ from: role.id }}
            {...props}
          />
        )}
      >
        Copy to a new role
      </Button>
      {!role.isManaged && (
        <Button
          variant="default"
          leftSection={<IconTrash size={15} />}
          onClick={() => setDeleting(true)}
        >
          Delete
        </Button>
      )}
    </>
  );
  return (
    <Section
      title={role.name}
      lead={role.description || undefined}
      beside={
        <>
          {role.isManaged ? <Badge>Built in</Badge> : <Badge tone="running">Own</Badge>}
          {role.isDefault && <Badge tone="success">For newcomers</Badge>}
        </>
      }
      back={
        <Link to="/$tenant/admin/roles" params={{ tenant }}>
          Roles
        </Link>
      }
      actions={actions}
    >
      <RoleForm
        // What was saved is where the next change begins.
        key={`${role.name}:${role.actions.join()}:${role.isDefault}:${role.description}`}
        catalogue={catalogue.data?.actions ?? role.actions}
        start={role}
        onSave={mayEdit && !role.isManaged ? save.mutate : undefined}
        verb="Save"
        busy={save.isPending}
        error={save.error}
      />
      {deleting && <Deletion tenant={tenant} role={role} onClose={() => setDeleting(false)} />}
    </Section>
  );
}

interface DeletionProps {
  tenant: string;
  role: Role;
  onClose: () => void;
}

function Deletion({ tenant, role, onClose }: DeletionProps) {
  const navigate = useNavigate();
  const go = useChange({
    change: () => deleteRole(tenant, role.id),
    touches: [rightsKey(tenant)],
    said: `${role.name} is deleted.`,
    onDone: () => void navigate({ to: "/$tenant/admin/roles", params: { tenant } }),
  });
  return (
    <Confirm
      opened
      danger
      title={`Delete ${role.name}?`}
      verb="Delete"
      busy={go.isPending}
      onConfirm={() => go.mutate()}
      onClose={onClose}
    >
      {go.error && <Problem error={go.error} />}A role that somebody has cannot be deleted: take it
      away from them first.
    </Confirm>
  );
}
