/// What was done in a namespace and below it, the newest first.
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { type AuditItem, auditSearchQuery } from "@/api/audit";
import { AuditEntry } from "@/features/admin/audit/audit-entry";
import { objectName, sentence, typeTone, typeWords } from "@/features/admin/audit/words";
import { Badge } from "@/features/admin/parts/section";
import classes from "@/features/namespaces/namespaces.module.css";
import type { PageSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { Pager, table } from "@/ui/tables";
import { When } from "@/ui/when";

const FROM = "/$tenant/namespaces/$namespaceId/audit";

export function Audit() {
  const { tenant, namespaceId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const [opened, open] = useState<AuditItem>();
  const paging = { page: search.page ?? 1, size: search.size ?? 25 };
  const trail = useQuery(auditSearchQuery(tenant, { namespace: namespaceId, ...paging }));
  const change = (next: PageSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const rows = trail.data?.results ?? [];
  return (
    <div className={classes.tab}>
      {trail.error && <Problem error={trail.error} onRetry={() => void trail.refetch()} />}
      {rows.length > 0 && (
        <>
          <Entries rows={rows} onOpen={open} />
          <Pager
            {...paging}
            total={trail.data?.total ?? 0}
            totalExact={trail.data?.totalExact}
            onPage={(page) => change({ page })}
            onSize={(size) => change({ size })}
          />
        </>
      )}
      {trail.data && rows.length === 0 && (
        <Empty icon={<IconHistory size={22} />} title="Nothing was changed here">
          Every change of flows, secrets, values, files, connections and rights stands here with who
          made it.
        </Empty>
      )}
      {opened && (
        <AuditEntry
          item={opened}
          onNarrow={(narrow) =>
            void navigate({
              to: "/$tenant/admin/audit",
              params: { tenant },
              search: { place: namespaceId, ...narrow },
            })
          }
          onClose={() => open(undefined)}
        />
      )}
    </div>
  );
}

interface EntriesProps {
  rows: readonly AuditItem[];
  onOpen: (item: AuditItem) => void;
}

function Entries({ rows, onOpen }: EntriesProps) {
  return (
    <div className={table.frame}>
      <table className={table.table} aria-label="Entries">
        <thead>
          <tr>
            <th>Object</th>
            <th>What</th>
            <th>Who</th>
            <th>When</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((item) => (
            <Entry key={item.auditLog.id} item={item} onOpen={() => onOpen(item)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Entry({ item: { auditLog: log }, onOpen }: { item: AuditItem; onOpen: () => void }) {
  return (
    <tr>
      <td data-grow>
        <span className={table.stack}>
          <button
            type="button"
            className={`${table.primary} ${classes.openEntry}`}
            onClick={onOpen}
          >
            {objectName(log) ?? sentence(log.resource)}
          </button>
          <span className={table.secondary}>
            {sentence(log.resource)} · {log.detail.namespace}
          </span>
        </span>
      </td>
      <td>
        <Badge tone={typeTone(log.type)}>{typeWords(log.type)}</Badge>
      </td>
      <td className={table.secondary}>
        {log.username || "the system"}
        {log.ipAddress ? ` from ${log.ipAddress}` : ""}
      </td>
      <td className={table.secondary}>
        <When at={log.date} />
      </td>
    </tr>
  );
}
