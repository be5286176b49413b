/// The top of a page of administration: what it is, one sentence why, and what can be done.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTitle } from "@/ui/use-title";
import classes from "./parts.module.css";

export interface SectionProps {
  title: string;
  lead?: ReactNode;
  beside?: ReactNode;
  /** Where the list is that this page is one row of. */
  back?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Section({ title, lead, beside, back, actions, children }: SectionProps) {
  useTitle(title);
  return (
    <div className={classes.section}>
      <header className={classes.head}>
        <div className={classes.headWords}>
          {back && <div className={classes.back}>{back}</div>}
          <div className={classes.titleRow}>
            <h1>{title}</h1>
            {beside}
          </div>
          {lead && <p>{lead}</p>}
        </div>
        {actions && <div className={classes.headActions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Badge({
  tone = "neutral",
  children,
}: {
  tone?: "neutral" | "running" | "warning" | "success" | "danger";
  children: ReactNode;
}) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {children}
    </span>
  );
}

export function GroupChip({ tenant, id, name }: { tenant: string; id: string; name: string }) {
  return (
    <Link
      to="/$tenant/admin/groups/$groupId"
      params={{ tenant, groupId: id }}
      className={classes.chip}
      title={name}
    >
      {name}
    </Link>
  );
}

/** A namespace as a place where a right holds; none is the whole tenant. */
export function Place({ namespace }: { namespace: string | null | undefined }) {
  return namespace ? (
    <span className="mono">{namespace}</span>
  ) : (
    <span className={classes.whole}>Whole tenant</span>
  );
}
