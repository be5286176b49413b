/// One's own account: profile, tokens, sign-in, preferences.
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams } from "@tanstack/react-router";
import { displayName, meQuery } from "@/api/session";
import { PageHead } from "@/ui/page-head";
import { TabBar, tabClass } from "@/ui/tabs";
import { useTitle } from "@/ui/use-title";
import classes from "./me.module.css";

export function MePage() {
  const { tenant } = useParams({ from: "/$tenant/me" });
  const { data: me } = useQuery(meQuery);
  useTitle("My account");
  return (
    <>
      <PageHead title={me ? displayName(me) : "My account"} />
      <TabBar label="My account">
        <Link
          to="/$tenant/me"
          params={{ tenant }}
          activeOptions={{ exact: true }}
          className={tabClass}
        >
          Profile
        </Link>
        <Link to="/$tenant/me/tokens" params={{ tenant }} className={tabClass}>
          API tokens
        </Link>
        <Link to="/$tenant/me/security" params={{ tenant }} className={tabClass}>
          Sign-in
        </Link>
        <Link to="/$tenant/me/sessions" params={{ tenant }} className={tabClass}>
          Sessions
        </Link>
        <Link to="/$tenant/me/preferences" params={{ tenant }} className={tabClass}>
          Preferences
        </Link>
      </TabBar>
      <div className={classes.page}>
        <Outlet />
      </div>
    </>
  );
}
