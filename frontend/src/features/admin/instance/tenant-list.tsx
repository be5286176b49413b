/// The tenants of the instance.
import { ActionIcon, Menu } from "@mantine/core";
import { IconBuilding, IconDots } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { type Tenant, tenantsQuery } from "@/api/instance";
import { meQuery } from "@/api/session";
import { table } from "@/ui/tables";
import { Collection } from "../parts/collection";
import { Badge } from "../parts/section";
import { useListSearch } from "../parts/use-list-search";
import { NewTenant, RenameTenant, TenantDeletion } from "./tenant-dialogs";

type Open = { what: "rename" | "delete"; tenant: Tenant };

export function TenantList() {
  const { tenant } = useParams({ from: "/$tenant/admin/tenants" });
  const list = useListSearch();
  const [open, setOpen] = useState<Open>();
  const { data: me } = useQuery(meQuery);
  const mine = new Set(me?.tenants.map((one) => one.id));
  const tenants = useQuery(tenantsQuery(list.asked));
  const close = () => setOpen(undefined);
  return (
    <Collection
      title="Tenants"
      lead="Each tenant has its own people, flows, secrets and files; nothing of one is seen from another."
      query={tenants}
      list={list}
      searched="tenants"
      columns={[{ name: "Name" }, { name: "Id" }, { name: "Actions", hidden: true, width: 48 }]}
      icon={<IconBuilding size={22} />}
      nothing={NOTHING}
      unmatched={NOTHING}
      add={{ word: "New tenant", dialog: (done) => <NewTenant onClose={done} /> }}
      row={(row) => (
        <TenantRow
          key={row.id}
          row={row}
          tenant={tenant}
          mine={mine.has(row.id)}
          onOpen={setOpen}
        />
      )}
    >
      {open?.what === "rename" && <RenameTenant tenant={open.tenant} onClose={close} />}
      {open?.what === "delete" && <TenantDeletion tenant={open.tenant} onClose={close} />}
    </Collection>
  );
}

const NOTHING = {
  title: "No tenant matches",
  text: "Try a part of its name or of its id.",
};

interface TenantRowProps {
  row: Tenant;
  /** The tenant that the page stands in: it cannot be deleted from within. */
  tenant: string;
  mine: boolean;
  onOpen: (open: Open) => void;
}

function TenantRow({ row, tenant, mine, onOpen }: TenantRowProps) {
  return (
    <tr>
      <td data-grow>
        <Link
          to="/$tenant/admin/tenants/$tenantId"
          params={{ tenant, tenantId: row.id }}
          className={table.primary}
        >
          {row.name}
        </Link>{" "}
        {row.suspended && <Badge tone="warning">Suspended</Badge>}
      </td>
      <td className="mono">{row.id}</td>
      <td className={table.end}>
        <Menu>
          <Menu.Target>
            <ActionIcon aria-label={`Actions for ${row.name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {mine && (
              <Menu.Item
                renderRoot={(props) => (
                  <Link to="/$tenant/flows" params={{ tenant: row.id }} {...props} />
                )}
              >
                Go to its flows
              </Menu.Item>
            )}
            <Menu.Item onClick={() => onOpen({ what: "rename", tenant: row })}>Rename</Menu.Item>
            {row.id !== tenant && (
              <Menu.Item onClick={() => onOpen({ what: "delete", tenant: row })}>Delete</Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      </td>
    </tr>
  );
}
