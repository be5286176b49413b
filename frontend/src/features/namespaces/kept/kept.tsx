/// A page of what a namespace keeps: it failed, it is on its way, it is there, or there is none yet.
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import classes from "@/features/namespaces/namespaces.module.css";
import { Problem } from "@/ui/problem";
import { Waiting } from "@/ui/waiting";

interface KeptProps {
  query: UseQueryResult<unknown>;
  /** How many there are to show. */
  count: number;
  empty: ReactNode;
  children: ReactNode;
}

export function Kept({ query, count, empty, children }: KeptProps) {
  return (
    <>
      {query.error && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Waiting rows={4} />}
      {query.data !== undefined && (count > 0 ? children : empty)}
    </>
  );
}

interface NewButtonProps {
  what: string;
  onClick: () => void;
}

export function NewButton({ what, onClick }: NewButtonProps) {
  return (
    <Button leftSection={<IconPlus size={15} />} onClick={onClick}>
      New {what}
    </Button>
  );
}

/** The line above: what this is, or a search; and the way to add one. */
export function KeptBar({ children, add }: { children: ReactNode; add: ReactNode }) {
  return (
    <div className={classes.bar} style={{ margin: 0 }}>
      {children}
      {add && <div className={classes.end}>{add}</div>}
    </div>
  );
}
