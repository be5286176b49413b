/// The way to administration, for those who have something to administer.
import { Tooltip } from "@mantine/core";
import { IconSettings } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useRights } from "@/api/rights";
import { sectionsFor } from "@/features/admin/layout/sections";
import classes from "./frame.module.css";

export function AdminLink({ tenant, narrow }: { tenant: string; narrow: boolean }) {
  if (sectionsFor(useRights(tenant)).length === 0) return null;
  return (
    <div className={classes.navGroup}>
      <Tooltip label="Admin" position="right" disabled={!narrow}>
        <Link to="/$tenant/admin" params={{ tenant }} search={{}} className={classes.link}>
          <IconSettings size={17} aria-hidden />
          <span data-word>Admin</span>
        </Link>
      </Tooltip>
    </div>
  );
}
