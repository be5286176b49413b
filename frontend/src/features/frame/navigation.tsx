/// The left navigation: wide, narrow, or a drawer on a small screen. It shows only what exists.
import { ActionIcon, Drawer, Tooltip } from "@mantine/core";
import {
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconPlayerPlay,
  IconSitemap,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { executionsQuery } from "@/api/executions";
import { configsQuery } from "@/api/session";
import { usePolling } from "@/api/use-live";
import { usePreferences } from "@/lib/preferences";
import { Mark } from "./brand";
import classes from "./frame.module.css";

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
  const search = namespace ? { namespace } : {};
  return (
    <>
      <Link to="/$tenant/flows" params={{ tenant }} className={classes.brand}>
        <Mark />
        {!narrow && <span>Downbeat</span>}
      </Link>
      <nav className={classes.links} aria-label="Main">
        <Item label="Flows" narrow={narrow}>
          <Link to="/$tenant/flows" params={{ tenant }} search={search} className={classes.link}>
            <IconSitemap size={17} aria-hidden />
            <span data-word>Flows</span>
          </Link>
        </Item>
        <Item label="Executions" narrow={narrow}>
          <Link
            to="/$tenant/executions"
            params={{ tenant }}
            search={search}
            className={classes.link}
          >
            <IconPlayerPlay size={17} aria-hidden />
            <span data-word>Executions</span>
            <UnderWay tenant={tenant} />
          </Link>
        </Item>
      </nav>
    </>
  );
}

function Item({
  label,
  narrow,
  children,
}: {
  label: string;
  narrow: boolean;
  children: ReactNode;
}) {
  return (
    <Tooltip label={label} position="right" disabled={!narrow}>
      <div>{children}</div>
    </Tooltip>
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
