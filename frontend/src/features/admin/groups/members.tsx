/// The members of a group: let in, made owners, taken out.
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDots, IconPlus, IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import {
  addMember,
  type Group,
  type GroupMember,
  membersQuery,
  removeMember,
  rightsKey,
  setMembership,
} from "@/api/principals";
import type { ListSearch } from "@/routes/admin-search";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { tellProblem } from "@/ui/toast";
import { Listing } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { PersonPicker } from "../parts/pickers";
import { Badge } from "../parts/section";
import { useChange } from "../parts/use-change";

const FROM = "/$tenant/admin/groups/$groupId";

export interface MembersProps {
  tenant: string;
  group: Group;
  mayAppoint: boolean;
}

export function Members({ tenant, group, mayAppoint }: MembersProps) {
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const change = (next: ListSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const paging = { page: search.page ?? 1, size: search.size ?? 25 };
  const members = useQuery(membersQuery(tenant, group.id, paging));
  return (
    <Card title="Members" flush>
      {mayAppoint && <Joining tenant={tenant} group={group} />}
      <Listing
        inCard
        label={`Members of ${group.name}`}
        query={members}
        columns={[
          { name: "Name" },
          { name: "Belongs as" },
          { name: "Actions", hidden: true, width: 48 },
        ]}
        paging={{
          ...paging,
          onPage: (page) => change({ page }),
          onSize: (size) => change({ size }),
        }}
        empty={
          <Empty icon={<IconUsers size={22} />} title="Nobody is in this group">
            Add the first member above. Owners look after the members themselves.
          </Empty>
        }
        row={(member) => (
          <Member
            key={member.id}
            tenant={tenant}
            group={group}
            member={member}
            mayAppoint={mayAppoint}
          />
        )}
      />
    </Card>
  );
}

function Joining({ tenant, group }: { tenant: string; group: Group }) {
  const [who, setWho] = useState<string>();
  const add = useChange({
    change: (id: string) => addMember(tenant, group.id, id),
    touches: [rightsKey(tenant)],
    onDone: () => setWho(undefined),
  });
  return (
    <div style={{ padding: "12px 14px" }}>
      {add.error && <Problem error={add.error} />}
      <div className={parts.filters} style={{ alignItems: "flex-end", marginBottom: 0 }}>
        <PersonPicker tenant={tenant} label="Add a member" value={who} onChange={setWho} />
        <Button
          leftSection={<IconPlus size={14} />}
          disabled={!who}
          loading={add.isPending}
          onClick={() => who && add.mutate(who)}
        >
          Add
        </Button>
      </div>
    </div>
  );
}

interface MemberProps extends MembersProps {
  member: GroupMember;
}

function Member({ tenant, group, member, mayAppoint }: MemberProps) {
  const membership = member.groups.find((one) => one.id === group.id);
  const owner = membership?.membership === "OWNER";
  const touches = [rightsKey(tenant)];
  const leave = useChange({ change: () => removeMember(tenant, group.id, member.id), touches });
  const appoint = useChange({
    change: () => setMembership(tenant, group.id, member.id, owner ? "MEMBER" : "OWNER"),
    touches,
  });
  return (
    <tr>
      <td data-grow>
        <span className={table.stack}>
          <Link
            to="/$tenant/admin/users/$userId"
            params={{ tenant, userId: member.id }}
            className={table.primary}
          >
            {member.displayName}
          </Link>
          {member.username !== member.displayName && (
            <span className={table.secondary}>{member.username}</span>
          )}
        </span>
      </td>
      <td>
        <span className={parts.chips}>
          <Badge tone={owner ? "running" : "neutral"}>{owner ? "Owner" : "Member"}</Badge>
          {membership?.external && <Badge>From the directory</Badge>}
        </span>
      </td>
      <td className={table.end}>
        {mayAppoint && (
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label={`Actions for ${member.displayName}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => appoint.mutate(undefined, { onError: tellProblem })}>
                {owner ? "Make an ordinary member" : "Make an owner"}
              </Menu.Item>
              {!membership?.external && (
                <Menu.Item onClick={() => leave.mutate(undefined, { onError: tellProblem })}>
                  Take out of the group
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        )}
      </td>
    </tr>
  );
}
