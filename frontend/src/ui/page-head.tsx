/// The top of a page: what it is, and what can be done.
import type { ReactNode } from "react";
import classes from "./ui.module.css";

export interface PageHeadProps {
  title: ReactNode;
  beside?: ReactNode;
  actions?: ReactNode;
}

export function PageHead({ title, beside, actions }: PageHeadProps) {
  return (
    <header className={classes.head}>
      <h1>{title}</h1>
      {beside}
      {actions && <div className={classes.headSide}>{actions}</div>}
    </header>
  );
}
