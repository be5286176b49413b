/// Whether the trail is as it was written: each entry carries the hash of the one before it.
import { Button } from "@mantine/core";
import { IconLink, IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type ChainVerdict, chainQuery } from "@/api/audit";
import { plural } from "@/lib/text";
import { Copy } from "@/ui/copy";
import { Problem } from "@/ui/problem";
import classes from "./audit.module.css";

export function ChainMark({ of }: { of: string | undefined }) {
  const chain = useQuery(chainQuery(of));
  const check = (
    <Button variant="default" loading={chain.isFetching} onClick={() => void chain.refetch()}>
      {chain.data ? "Verify again" : "Verify the chain"}
    </Button>
  );
  if (chain.error) return <Problem error={chain.error} onRetry={() => void chain.refetch()} />;
  if (!chain.data) {
    return (
      <div className={classes.mark}>
        <IconLink size={17} aria-hidden />
        <span>Each entry carries the hash of the one before: what was changed later, shows.</span>
        {check}
      </div>
    );
  }
  return chain.data.intact ? (
    <div className={classes.mark} data-tone="success" role="status">
      <IconShieldCheck size={18} aria-hidden />
      <span>
        Verified: {plural(chain.data.checked, "entry", "entries")}, nothing changed, removed or
        added. Keep the head elsewhere: <code>{short(chain.data.head)}</code>
      </span>
      <Copy text={chain.data.head} what="the head of the chain" />
      {check}
    </div>
  ) : (
    <Broken verdict={chain.data} check={check} />
  );
}

function Broken({ verdict, check }: { verdict: ChainVerdict; check: ReactNode }) {
  return (
    <div className={classes.mark} data-tone="danger" role="alert">
      <IconShieldX size={18} aria-hidden />
      <span>
        The trail is not as it was written: {plural(verdict.findings.length, "finding")} in{" "}
        {plural(verdict.checked, "entry", "entries")}.
      </span>
      {check}
      <ul className={classes.findings}>
        {verdict.findings.map((finding) => (
          <li key={`${finding.seq}:${finding.what}`}>{finding.what}</li>
        ))}
      </ul>
    </div>
  );
}

/** `1042:9f2c…` is long; its beginning is enough for the eye. */
function short(head: string): string {
  return head.length > 24 ? `${head.slice(0, 24)}…` : head;
}
