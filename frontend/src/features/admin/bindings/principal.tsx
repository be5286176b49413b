/// The one a binding is for: a person, a service account, or a group.
import { IconRobot, IconUser, IconUsersGroup } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Binding } from "@/api/roles";
import { table } from "@/ui/tables";
import classes from "./bindings.module.css";

export function principalName(binding: Binding): string {
  return binding.group?.name ?? binding.user?.displayName ?? "Nobody";
}

export function Principal({ tenant, binding }: { tenant: string; binding: Binding }) {
  const name = principalName(binding);
  if (binding.group) {
    return (
      <span className={classes.who}>
        <IconUsersGroup size={15} role="img" aria-label="Group" />
        <Link
          to="/$tenant/admin/groups/$groupId"
          params={{ tenant, groupId: binding.group.id }}
          className={table.primary}
        >
          {name}
        </Link>
      </span>
    );
  }
  const machine = binding.user?.type === "SERVICE_ACCOUNT";
  const Icon = machine ? IconRobot : IconUser;
  return (
    <span className={classes.who}>
      <Icon size={15} role="img" aria-label={machine ? "Service account" : "Person"} />
      <Link
        to="/$tenant/admin/users/$userId"
        params={{ tenant, userId: binding.user?.id ?? "" }}
        className={table.primary}
      >
        {name}
      </Link>
    </span>
  );
}
