/// Home before anything has run: three ways to begin.
import { IconPlus, IconSitemap, IconTemplate } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMay } from "@/api/access";
import { PageHead } from "@/ui/page-head";
import classes from "./home.module.css";

export function FirstSteps({ tenant }: { tenant: string }) {
  const may = useMay(tenant);
  return (
    <>
      <PageHead title="Home" />
      <div className={classes.page}>
        <p className={classes.lead}>Nothing has run yet. Begin with one of these.</p>
        <div className={classes.steps}>
          <Link to="/$tenant/blueprints" params={{ tenant }} className={classes.step}>
            <IconTemplate size={22} aria-hidden />
            <strong>Take a blueprint</strong>
            <span>Flows that run as they are: schedules, files, SQL, Python, approvals.</span>
          </Link>
          {may("flow.create") && (
            <Link to="/$tenant/flows/new" params={{ tenant }} className={classes.step}>
              <IconPlus size={22} aria-hidden />
              <strong>Write a flow</strong>
              <span>The editor completes, explains and draws while you type.</span>
            </Link>
          )}
          <Link to="/$tenant/flows" params={{ tenant }} className={classes.step}>
            <IconSitemap size={22} aria-hidden />
            <strong>Start one that is there</strong>
            <span>Open the list of flows and press Execute.</span>
          </Link>
        </div>
      </div>
    </>
  );
}
