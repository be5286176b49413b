/// Everybody who has an account on the instance, whichever tenant they are in.
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconDots, IconUserPlus, IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import {
  type InstancePerson,
  instancePeopleQuery,
  setInstanceOwner,
  setSuperAdmin,
} from "@/api/instance";
import { type Rights, useRights } from "@/api/rights";
import { meQuery } from "@/api/session";
import type { ListSearch } from "@/routes/admin-search";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { tellProblem } from "@/ui/toast";
import { Listing, SearchBox } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { NewAccount, PersonDeletion } from "./people-dialogs";

const FROM = "/$tenant/admin/instance-people";

export function InstancePeople() {
  const { tenant } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const rights = useRights(tenant);
  const [making, setMaking] = useState(false);
  const [going, setGoing] = useState<InstancePerson>();
  const change = (next: ListSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const paging = { page: search.page ?? 1, size: search.size ?? 25 };
  const people = useQuery(instancePeopleQuery({ q: search.q, ...paging }));
  return (
    <Section
      title="People of the instance"
      lead="Everybody with an account. What they may do in a tenant is decided there; the two flags here are above all tenants."
      actions={
        <Button leftSection={<IconUserPlus size={15} />} onClick={() => setMaking(true)}>
          New account
        </Button>
      }
    >
      <div className={parts.filters}>
        <SearchBox what="people" value={search.q} onChange={(q) => change({ q })} />
      </div>
      <Listing
        label="People of the instance"
        query={people}
        columns={[
          { name: "Name" },
          { name: "Above all tenants" },
          { name: "Actions", hidden: true, width: 48 },
        ]}
        paging={{
          ...paging,
          onPage: (page) => change({ page }),
          onSize: (size) => change({ size }),
        }}
        empty={
          <Empty icon={<IconUsers size={22} />} title="Nobody matches">
            Try a part of the name or of the e-mail address.
          </Empty>
        }
        row={(person) => (
          <Row key={person.id} person={person} rights={rights} onDelete={() => setGoing(person)} />
        )}
      />
      {making && <NewAccount onClose={() => setMaking(false)} />}
      {going && (
        <PersonDeletion tenant={tenant} person={going} onClose={() => setGoing(undefined)} />
      )}
    </Section>
  );
}

interface RowProps {
  person: InstancePerson;
  rights: Rights;
  onDelete: () => void;
}

function Row({ person, rights, onDelete }: RowProps) {
  const { data: me } = useQuery(meQuery);
  const flags = useChange({
    change: (change: () => Promise<InstancePerson>) => change(),
    touches: [["instance"]],
  });
  const flag = (change: () => Promise<InstancePerson>) =>
    flags.mutate(change, { onError: tellProblem });
  const { id, superAdmin, instanceOwner } = person;
  return (
    <tr>
      <td data-grow>
        <span className={table.stack}>
          <span className={table.primary}>{person.displayName}</span>
          {person.email !== person.displayName && (
            <span className={table.secondary}>{person.email}</span>
          )}
        </span>
      </td>
      <td>
        <span className={parts.chips}>
          {superAdmin && <Badge tone="warning">Super-admin</Badge>}
          {instanceOwner && <Badge tone="running">Manages the instance</Badge>}
        </span>
      </td>
      <td className={table.end}>
        {me && me.id !== id && (
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label={`Actions for ${person.displayName}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => flag(() => setInstanceOwner(id, !instanceOwner))}>
                {instanceOwner ? "No longer manages the instance" : "Let them manage the instance"}
              </Menu.Item>
              {rights.superAdmin && (
                <Menu.Item onClick={() => flag(() => setSuperAdmin(id, !superAdmin))}>
                  {superAdmin ? "No longer a super-admin" : "Make a super-admin"}
                </Menu.Item>
              )}
              <Menu.Item onClick={onDelete}>Delete the account</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </td>
    </tr>
  );
}
