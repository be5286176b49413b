/// What a page says when it has nothing to show: why, and the next step.
import type { ReactNode } from "react";
import classes from "./ui.module.css";

export interface EmptyProps {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className={classes.empty}>
      <span className={classes.emptyIcon}>{icon}</span>
      <h2>{title}</h2>
      <div className={classes.emptyText}>{children}</div>
      {action && <div className={classes.emptyAction}>{action}</div>}
    </div>
  );
}
