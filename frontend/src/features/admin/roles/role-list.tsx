/// The roles of the tenant: the built-in ones and its own.
import { IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useRights } from "@/api/rights";
import { rolesQuery } from "@/api/roles";
import { plural } from "@/lib/text";
import { table } from "@/ui/tables";
import { Collection } from "../parts/collection";
import parts from "../parts/parts.module.css";
import { Badge } from "../parts/section";
import { useListSearch } from "../parts/use-list-search";

export function RoleList() {
  const { tenant } = useParams({ from: "/$tenant/admin/roles" });
  const list = useListSearch();
  const rights = useRights(tenant);
  const roles = useQuery(rolesQuery(tenant, list.asked));
  return (
    <Collection
      title="Roles"
      lead="A role is a set of permissions. It does nothing until a binding gives it to somebody."
      query={roles}
      list={list}
      searched="roles"
      columns={[
        { name: "Role" },
        { name: "Kind", width: 190 },
        { name: "Permissions", width: 130, end: true },
      ]}
      icon={<IconShieldCheck size={22} />}
      nothing={{ title: "No role matches", text: "Try a part of its name." }}
      unmatched={{ title: "No role matches", text: "Try a part of its name." }}
      add={
        rights.everywhere.has("role.edit") && {
          word: "New role",
          link: { to: "/$tenant/admin/roles/new", params: { tenant }, search: {} },
        }
      }
      row={(role) => (
        <tr key={role.id}>
          <td data-wide>
            <span className={table.stack}>
              <Link
                to="/$tenant/admin/roles/$roleId"
                params={{ tenant, roleId: role.id }}
                className={table.primary}
              >
                {role.name}
              </Link>
              <span className={table.secondary}>{role.description}</span>
            </span>
          </td>
          <td>
            <span className={parts.chips}>
              {role.isManaged ? <Badge>Built in</Badge> : <Badge tone="running">Own</Badge>}
              {role.isDefault && <Badge tone="success">For newcomers</Badge>}
            </span>
          </td>
          <td className={`${table.end} numeric`}>{plural(role.permissionCount, "permission")}</td>
        </tr>
      )}
    />
  );
}
