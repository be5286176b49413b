/// The two scopes a person works in: a tenant, and a namespace within it.
import { Menu, TextInput, UnstyledButton } from "@mantine/core";
import {
  IconBuilding,
  IconCheck,
  IconFolder,
  IconFolders,
  IconSelector,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMatches, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { namespacesQuery } from "@/api/namespaces";
import { meQuery } from "@/api/session";
import classes from "./frame.module.css";

function Target({ icon, text, label }: { icon: ReactNode; text: string; label: string }) {
  return (
    <Menu.Target>
      <UnstyledButton className={classes.switch} aria-label={`${label}: ${text}`}>
        {icon}
        <span>{text}</span>
        <IconSelector size={13} aria-hidden />
      </UnstyledButton>
    </Menu.Target>
  );
}

export function TenantSwitch({ tenant }: { tenant: string }) {
  const { data: me } = useQuery(meQuery);
  const navigate = useNavigate();
  const tenants = me?.tenants ?? [];
  const current = tenants.find((one) => one.id === tenant)?.name ?? tenant;
  return (
    <Menu position="bottom-start" width={240}>
      <Target icon={<IconBuilding size={15} aria-hidden />} text={current} label="Tenant" />
      <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
        <Menu.Label>Tenant</Menu.Label>
        {tenants.map((one) => (
          <Menu.Item
            key={one.id}
            rightSection={one.id === tenant ? <IconCheck size={14} /> : undefined}
            onClick={() => navigate({ to: "/$tenant", params: { tenant: one.id } })}
          >
            {one.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const NARROWED = [
  "/$tenant/",
  "/$tenant/executions",
  "/$tenant/triggers",
  "/$tenant/logs",
] as const;

/** On a list the switch narrows the list; elsewhere it opens the flows of the namespace. */
export function NamespaceSwitch({ tenant }: { tenant: string }) {
  const { data } = useQuery(namespacesQuery(tenant));
  const [wanted, setWanted] = useState("");
  const navigate = useNavigate();
  const current = useSearch({ strict: false, select: (search) => search.namespace });
  const here = useMatches({
    select: (matches) => NARROWED.find((id) => id === matches.at(-1)?.routeId),
  });
  const go = (namespace: string | undefined) => {
    setWanted("");
    void navigate({
      to: here === "/$tenant/" ? "/$tenant" : (here ?? "/$tenant/flows"),
      params: { tenant },
      search: (before) => ({ ...before, namespace, page: undefined }),
    });
  };
  const found = (data?.results ?? []).filter((one) => one.id.includes(wanted.trim()));
  return (
    <Menu position="bottom-start" width={280} onClose={() => setWanted("")}>
      <Target
        icon={<IconFolder size={15} aria-hidden />}
        text={current ?? "All namespaces"}
        label="Namespace"
      />
      <Menu.Dropdown mah={400} style={{ overflowY: "auto" }}>
        <TextInput
          aria-label="Find a namespace"
          placeholder="Find a namespace"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          m={4}
          data-autofocus
        />
        <Menu.Item leftSection={<IconFolders size={14} />} onClick={() => go(undefined)}>
          All namespaces
        </Menu.Item>
        {found.map((one) => (
          <Menu.Item
            key={one.id}
            style={{ paddingLeft: 12 + 12 * (one.id.split(".").length - 1) }}
            rightSection={one.id === current ? <IconCheck size={14} /> : undefined}
            onClick={() => go(one.id)}
          >
            {one.id}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
