/// What a page shows until its first answer: that something is coming, in the shape it will have.
import { Skeleton } from "@mantine/core";
import classes from "./ui.module.css";

interface WaitingProps {
  /** How many rows a list is likely to have; absent: one block. */
  rows?: number;
}

export function Waiting({ rows }: WaitingProps) {
  const lines = Array.from({ length: rows ?? 0 }, (_, n) => n);
  return (
    <div className={classes.waiting} aria-busy="true" role="status" aria-label="Loading">
      {rows === undefined ? <Skeleton height={180} /> : null}
      {lines.map((line) => (
        <Skeleton key={line} height={34} />
      ))}
    </div>
  );
}
