/// The people and service accounts of the tenant.
import { Button } from "@mantine/core";
import { IconUserPlus, IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type Entrant, entrantsQuery } from "@/api/principals";
import { useRights } from "@/api/rights";
import type { ListSearch } from "@/routes/admin-search";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { Listing, SearchBox } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { Badge, GroupChip, Section } from "../parts/section";
import { AddColleague } from "./add-colleague";

const FROM = "/$tenant/admin/users";
const MOST_CHIPS = 4;

export function UserList() {
  const { tenant } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const rights = useRights(tenant);
  const [adding, setAdding] = useState(false);
  const change = (next: ListSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const paging = { page: search.page ?? 1, size: search.size ?? 25 };
  const people = useQuery(entrantsQuery(tenant, { q: search.q, ...paging }));
  const add = rights.everywhere.has("user.edit") && (
    <Button leftSection={<IconUserPlus size={15} />} onClick={() => setAdding(true)}>
      Add a colleague
    </Button>
  );
  return (
    <Section
      title="Users"
      lead="Everybody who may enter this tenant, and the service accounts that act in it."
      actions={add}
    >
      <div className={parts.filters}>
        <SearchBox what="users" value={search.q} onChange={(q) => change({ q })} />
      </div>
      <Listing
        label="Users"
        query={people}
        columns={[{ name: "Name" }, { name: "Kind", width: 140 }, { name: "Groups" }]}
        paging={{
          ...paging,
          onPage: (page) => change({ page }),
          onSize: (size) => change({ size }),
        }}
        empty={
          search.q ? (
            <Empty icon={<IconUsers size={22} />} title="Nobody matches">
              Try a part of the name or of the e-mail address.
            </Empty>
          ) : (
            <Empty icon={<IconUsers size={22} />} title="Nobody is here yet" action={add}>
              Add a colleague by e-mail address, with a role on the namespace they work in.
            </Empty>
          )
        }
        row={(person) => <UserRow key={person.id} tenant={tenant} person={person} />}
      />
      {adding && <AddColleague tenant={tenant} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function UserRow({ tenant, person }: { tenant: string; person: Entrant }) {
  const shown = person.groups.slice(0, MOST_CHIPS);
  const more = person.groups.length - shown.length;
  const machine = person.type === "SERVICE_ACCOUNT";
  return (
    <tr>
      <td data-wide>
        <span className={table.stack}>
          <Link
            to="/$tenant/admin/users/$userId"
            params={{ tenant, userId: person.id }}
            className={table.primary}
          >
            {person.displayName}
          </Link>
          {person.username !== person.displayName && (
            <span className={table.secondary}>{person.username}</span>
          )}
        </span>
      </td>
      <td>{machine ? <Badge>Service account</Badge> : <Badge tone="running">Person</Badge>}</td>
      <td>
        <span className={parts.chips}>
          {shown.map((group) => (
            <GroupChip key={group.id} tenant={tenant} id={group.id} name={group.name} />
          ))}
          {more > 0 && <span className={table.secondary}>and {more} more</span>}
        </span>
      </td>
    </tr>
  );
}
