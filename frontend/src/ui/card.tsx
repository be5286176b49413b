/// A titled surface, and facts in two columns.
import type { ReactNode } from "react";
import classes from "./ui.module.css";

export interface CardProps {
  title?: ReactNode;
  side?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}

export function Card({ title, side, flush = false, children }: CardProps) {
  return (
    <section className={classes.card}>
      {title && (
        <div className={classes.cardHead}>
          <h2>{title}</h2>
          {side && <div>{side}</div>}
        </div>
      )}
      {flush ? children : <div className={classes.cardBody}>{children}</div>}
    </section>
  );
}

/** Facts without a value are left out: an empty row teaches nothing. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {facts
        .filter(
          ([, value]) => value !== undefined && value !== null && value !== "" && value !== false,
        )
        .map(([name, value]) => [<dt key={`${name}?`}>{name}</dt>, <dd key={name}>{value}</dd>])}
    </dl>
  );
}
