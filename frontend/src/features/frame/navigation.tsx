/// The left navigation: wide, narrow, or a drawer on a small screen. It shows only what exists.
import { ActionIcon, Drawer, Tooltip } from "@mantine/core";
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "@/api/access";
import { executionsQuery } from "@/api/executions";
import { configsQuery } from "@/api/session";
import { usePolling } from "@/api/use-live";
import { usePreferences } from "@/lib/preferences";
import { AdminLink } from "./admin-link";
import { Brand } from "./brand";
import classes from "./frame.module.css";
import { PLACES } from "./places";

interface NavigationProps {
  tenant: string;
  drawer: boolean;
  onClose: () => void;
}

export function Navigation({ tenant, drawer, onClose }: NavigationProps) {
  const { navCollapsed, change } = usePreferences();
  const Toggle = navCollapsed ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse;
  const word = navCollapsed ? "Widen the navigation" : "Narrow the navigation";
  return (
    <>
      <aside className={classes.nav} data-collapsed={navCollapsed || undefined}>
        <Links tenant={tenant} narrow={navCollapsed} />
        <div className={classes.navFoot}>
          {!navCollapsed && <Version />}
          <Tooltip label={word} position="right">
            <ActionIcon
              aria-label={word}
              aria-expanded={!navCollapsed}
              onClick={() => change({ navCollapsed: !navCollapsed })}
            >
              <Toggle size={17} />
            </ActionIcon>
          </Tooltip>
        </div>
      </aside>
      <Drawer.Root opened={drawer} onClose={onClose} size={264} padding={0}>
        <Drawer.Overlay />
        <Drawer.Content aria-label="Navigation">
          {/* Following any link closes the drawer. */}
          <div className={classes.drawer} onClickCapture={onClose}>
            <Links tenant={tenant} narrow={false} />
          </div>
        </Drawer.Content>
      </Drawer.Root>
    </>
  );
}

function Links({ tenant, narrow }: { tenant: string; narrow: boolean }) {
  const namespace = useSearch({ strict: false, select: (search) => search.namespace });
  const may = useMay(tenant);
  const search = namespace ? { namespace } : {};
  return (
    <>
      <Link to="/$tenant" params={{ tenant }} className={classes.brand}>
        <Brand tenant={tenant} narrow={narrow} />
      </Link>
      <nav className={classes.links} aria-label="Main">
        {PLACES.map(({ title, places }) => (
          <Group key={title} title={title} narrow={narrow}>
            {places
              .filter((place) => !place.needs || may(place.needs))
              .map(({ to, word, icon: Icon, scoped, exact }) => (
                <Tooltip key={to} label={word} position="right" disabled={!narrow}>
                  <Link
                    to={to}
                    params={{ tenant }}
                    search={scoped ? search : {}}
                    className={classes.link}
                    activeOptions={{ exact: exact ?? false, includeSearch: false }}
                  >
                    <Icon size={17} aria-hidden />
                    <span data-word>{word}</span>
                    {to === "/$tenant/executions" && <UnderWay tenant={tenant} />}
                  </Link>
                </Tooltip>
              ))}
          </Group>
        ))}
        <AdminLink tenant={tenant} narrow={narrow} />
      </nav>
    </>
  );
}

function Group({
  title,
  narrow,
  children,
}: {
  title: string;
  narrow: boolean;
  children: ReactNode[];
}) {
  if (children.length === 0) return null;
  return (
    <div className={classes.navGroup}>
      {title && !narrow && <span className={classes.navTitle}>{title}</span>}
      {children}
    </div>
  );
}

/** How many executions run at this moment, so that one glance says whether anything happens. */
function UnderWay({ tenant }: { tenant: string }) {
  const polling = usePolling(false);
  const { data } = useQuery({
    ...executionsQuery(tenant, { states: ["RUNNING"], page: 1, size: 1 }),
    refetchInterval: polling,
  });
  if (!data?.total) return null;
  return (
    <span className={classes.count} data-tone="running" title={`${data.total} running`}>
      {data.total > 999 ? "999+" : data.total}
    </span>
  );
}

function Version() {
  const { data } = useQuery(configsQuery);
  return <span className={classes.version}>{data?.version ? `v${data.version}` : ""}</span>;
}
