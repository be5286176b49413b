/// The quiet page around login and set-up.
import { type ReactNode, useEffect } from "react";
import { Mark } from "@/features/frame/brand";
import classes from "./session.module.css";

interface SessionPageProps {
  title: string;
  lead: string;
  children: ReactNode;
}

export function SessionPage({ title, lead, children }: SessionPageProps) {
  useEffect(() => {
    document.title = `${title} · Downbeat`;
  }, [title]);
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.head}>
          <Mark size={36} />
          <h1>{title}</h1>
          <p>{lead}</p>
        </div>
        {children}
      </div>
    </main>
  );
}
