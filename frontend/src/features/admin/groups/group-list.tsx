/// The groups of the tenant.
import { IconUsersGroup } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { groupsQuery, makeGroup, rightsKey } from "@/api/principals";
import { useRights } from "@/api/rights";
import { table } from "@/ui/tables";
import { Collection } from "../parts/collection";
import { Naming } from "../parts/named";
import { useListSearch } from "../parts/use-list-search";

export function GroupList() {
  const { tenant } = useParams({ from: "/$tenant/admin/groups" });
  const list = useListSearch();
  const rights = useRights(tenant);
  const groups = useQuery(groupsQuery(tenant, list.asked));
  return (
    <Collection
      title="Groups"
      lead="Give a group its roles once; whoever joins has them, whoever leaves loses them."
      query={groups}
      list={list}
      searched="groups"
      columns={[{ name: "Group", width: "40%" }, { name: "Description" }]}
      icon={<IconUsersGroup size={22} />}
      nothing={{
        title: "No group yet",
        text: "A group is a team: put people in, give it a role on the team's namespace, and a new colleague needs one step.",
      }}
      unmatched={{ title: "No group matches", text: "Try a part of its name." }}
      add={
        rights.everywhere.has("group.edit") && {
          word: "New group",
          dialog: (close) => <NewGroup tenant={tenant} onClose={close} />,
        }
      }
      row={(group) => (
        <tr key={group.id}>
          <td data-wide>
            <Link
              to="/$tenant/admin/groups/$groupId"
              params={{ tenant, groupId: group.id }}
              className={table.primary}
            >
              {group.name}
            </Link>
          </td>
          <td className={table.secondary}>{group.description}</td>
        </tr>
      )}
    />
  );
}

function NewGroup({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const navigate = useNavigate();
  return (
    <Naming
      title="New group"
      verb="Make the group"
      hint="How the team calls itself."
      change={(facts) => makeGroup(tenant, facts)}
      touches={[rightsKey(tenant)]}
      onDone={(group) =>
        void navigate({
          to: "/$tenant/admin/groups/$groupId",
          params: { tenant, groupId: group.id },
        })
      }
      onClose={onClose}
    />
  );
}
