/// One entry of the trail: the facts, what changed, and its place in the chain.
import { Button, Drawer } from "@mantine/core";
import type { AuditItem, AuditLog } from "@/api/audit";
import { usePreferences } from "@/lib/preferences";
import { absoluteTime } from "@/lib/time";
import type { AuditSearch } from "@/routes/admin-search";
import { Card, Facts } from "@/ui/card";
import { Copy } from "@/ui/copy";
import parts from "../parts/parts.module.css";
import { Badge } from "../parts/section";
import classes from "./audit.module.css";
import { fieldChanges, otherFacts, typeTone, typeWords } from "./words";

export interface AuditEntryProps {
  item: AuditItem;
  onNarrow: (search: AuditSearch) => void;
  onClose: () => void;
}

export function AuditEntry({ item, onNarrow, onClose }: AuditEntryProps) {
  const { auditLog: log } = item;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={560}
      title={
        <span className={parts.titleRow}>
          <Badge tone={typeTone(log.type)}>{typeWords(log.type)}</Badge>
          <strong>{log.action}</strong>
        </span>
      }
      closeButtonProps={{ "aria-label": "Close the entry" }}
    >
      <div className={parts.stack}>
        <What item={item} onNarrow={onNarrow} />
        <Changes log={log} />
        <PlaceInChain log={log} />
      </div>
    </Drawer>
  );
}

function What({ item, onNarrow }: Omit<AuditEntryProps, "onClose">) {
  const { auditLog: log, user } = item;
  const { zone } = usePreferences();
  return (
    <>
      <Facts
        facts={[
          ["When", absoluteTime(Date.parse(log.date), zone)],
          ["Who", log.superAdmin ? `${log.username} (as super-admin)` : log.username],
          ["Account", user.type === "SERVICE_ACCOUNT" ? "Service account" : undefined],
          ["With token", log.tokenId],
          ["From", log.ipAddress],
          ["Client", log.userAgent],
          ["Object", log.detail.id ? `${log.resource} ${log.detail.id}` : log.resource],
          ["Namespace", log.detail.namespace],
          ...otherFacts(log),
        ]}
      />
      <div className={parts.filters} style={{ marginBottom: 0 }}>
        {log.detail.id && (
          <Button variant="default" onClick={() => onNarrow({ object: log.detail.id })}>
            Everything about this object
          </Button>
        )}
        {log.userId && (
          <Button variant="default" onClick={() => onNarrow({ user: log.userId ?? undefined })}>
            Everything that they did
          </Button>
        )}
      </div>
    </>
  );
}

function Changes({ log }: { log: AuditLog }) {
  const changes = fieldChanges(log.before, log.after);
  if (changes.length === 0) return null;
  return (
    <Card title="What changed">
      <div className={classes.changes}>
        {changes.map((change) => (
          <section key={change.field} aria-label={change.field}>
            <h3>{change.field}</h3>
            {change.kind !== "added" && (
              <pre className={classes.side} data-tone="danger">
                <span aria-hidden>− </span>
                <span className="visually-hidden">before: </span>
                {change.before || "empty"}
              </pre>
            )}
            {change.kind !== "removed" && (
              <pre className={classes.side} data-tone="success">
                <span aria-hidden>+ </span>
                <span className="visually-hidden">after: </span>
                {change.after || "empty"}
              </pre>
            )}
          </section>
        ))}
      </div>
    </Card>
  );
}

function PlaceInChain({ log }: { log: AuditLog }) {
  if (log.seq === null || log.hash === null) return null;
  return (
    <Card title={`Entry ${log.seq.toLocaleString("en")} of the chain`}>
      <div className={parts.shown}>
        <code>{log.hash}</code>
        <Copy text={`${log.seq}:${log.hash}`} what="the place in the chain" />
      </div>
    </Card>
  );
}
