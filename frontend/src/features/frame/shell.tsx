/// The frame around every page of a tenant: navigation, switches, palette, keys.
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { LiveProvider } from "@/api/use-live";
import { usePreferences } from "@/lib/preferences";
import { Announcements } from "./announcements";
import classes from "./frame.module.css";
import { Header } from "./header";
import { useGoKeys } from "./keys";
import { Navigation } from "./navigation";

const Palette = lazy(() => import("./palette").then((m) => ({ default: m.Palette })));
const KeysHelp = lazy(() => import("./keys-help").then((m) => ({ default: m.KeysHelp })));

export function Shell() {
  const { tenant } = useParams({ from: "/$tenant" });
  const { navCollapsed } = usePreferences();
  const navigate = useNavigate();
  const [drawer, drawerState] = useDisclosure(false);
  const [palette, paletteState] = useDisclosure(false);
  const [help, helpState] = useDisclosure(false);
  useHotkeys([["mod+K", paletteState.toggle]], []);
  useHotkeys([["shift+?", helpState.open]]);
  useGoKeys({
    h: () => navigate({ to: "/$tenant", params: { tenant } }),
    t: () => navigate({ to: "/$tenant/triggers", params: { tenant } }),
    l: () => navigate({ to: "/$tenant/logs", params: { tenant } }),
    s: () => navigate({ to: "/$tenant/namespaces", params: { tenant } }),
    p: () => navigate({ to: "/$tenant/plugins", params: { tenant } }),
    b: () => navigate({ to: "/$tenant/blueprints", params: { tenant } }),
    f: () => navigate({ to: "/$tenant/flows", params: { tenant } }),
    e: () => navigate({ to: "/$tenant/executions", params: { tenant } }),
    n: () => navigate({ to: "/$tenant/flows/new", params: { tenant } }),
  });
  return (
    <LiveProvider tenant={tenant}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <div className={classes.shell} data-collapsed={navCollapsed || undefined}>
        <Navigation tenant={tenant} drawer={drawer} onClose={drawerState.close} />
        <div className={classes.column}>
          <Header
            tenant={tenant}
            onMenu={drawerState.open}
            onSearch={paletteState.open}
            onKeys={helpState.open}
          />
          <Announcements tenant={tenant} />
          <main id="content" tabIndex={-1} className={classes.main}>
            <Suspense>
              <Outlet />
            </Suspense>
          </main>
        </div>
      </div>
      <Suspense>
        {palette && <Palette tenant={tenant} onClose={paletteState.close} />}
        {help && <KeysHelp onClose={helpState.close} />}
      </Suspense>
    </LiveProvider>
  );
}
