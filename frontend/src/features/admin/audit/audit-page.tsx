/// The audit trail: who did what, when, from where; and whether it is as it was written.
import { Button, Menu } from "@mantine/core";
import { IconDownload, IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type AuditFilters, type AuditItem, auditSearchQuery, exportAddress } from "@/api/audit";
import type { AuditSearch } from "@/routes/admin-search";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { Listing } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { AuditEntry } from "./audit-entry";
import { AuditFiltersBar } from "./audit-filters";
import { ChainMark } from "./chain-mark";
import { objectName, typeTone, typeWords } from "./words";

export function TenantAudit() {
  const { tenant } = useParams({ from: "/$tenant/admin/audit" });
  const search = useSearch({ from: "/$tenant/admin/audit" });
  const navigate = useNavigate({ from: "/$tenant/admin/audit" });
  return (
    <Trail
      of={tenant}
      tenant={tenant}
      title="Audit"
      lead="Everything that people, machines and the server itself changed in this tenant, and what was refused."
      search={search}
      onChange={(next, replace) =>
        void navigate({ search: (before) => ({ ...before, ...next }), replace })
      }
    />
  );
}

export function InstanceAudit() {
  const { tenant } = useParams({ from: "/$tenant/admin/instance-audit" });
  const search = useSearch({ from: "/$tenant/admin/instance-audit" });
  const navigate = useNavigate({ from: "/$tenant/admin/instance-audit" });
  return (
    <Trail
      of={undefined}
      tenant={tenant}
      title="Instance audit"
      lead="Sign-ins, people, and tenants that were made or deleted; what happens inside a tenant is in its own trail."
      search={search}
      onChange={(next, replace) =>
        void navigate({ search: (before) => ({ ...before, ...next }), replace })
      }
    />
  );
}

interface TrailProps {
  /** Whose trail: a tenant's, or (undefined) the instance's. */
  of: string | undefined;
  tenant: string;
  title: string;
  lead: string;
  search: AuditSearch;
  onChange: (search: AuditSearch, replace: boolean) => void;
}

function Trail({ of, tenant, title, lead, search, onChange }: TrailProps) {
  const paging = { page: search.page ?? 1, size: search.size ?? 50 };
  const { q, type, resource, user, place, object, range } = search;
  const filters: AuditFilters = { q, type, resource, user, namespace: place, object, range };
  const trail = useQuery(auditSearchQuery(of, { ...filters, ...paging }));
  const narrow = (next: AuditSearch) =>
    onChange({ page: undefined, entry: undefined, ...next }, true);
  const open = trail.data?.results.find((item) => item.auditLog.id === search.entry);
  return (
    <Section title={title} lead={lead} actions={<Export of={of} filters={filters} />}>
      <ChainMark of={of} />
      <AuditFiltersBar of={of} tenant={tenant} search={search} onChange={narrow} />
      <Listing
        label="Entries"
        query={trail}
        columns={[
          { name: "When", width: 120 },
          { name: "Who" },
          { name: "What", width: 140 },
          { name: "Action" },
          { name: "Object" },
        ]}
        paging={{
          ...paging,
          onPage: (page) => onChange({ page, entry: undefined }, false),
          onSize: (size) => narrow({ size }),
        }}
        empty={
          <Empty icon={<IconHistory size={22} />} title="No entry matches">
            Every change writes one. Take a filter off, or look at a longer time.
          </Empty>
        }
        row={(item) => (
          <Row
            key={item.auditLog.id}
            item={item}
            onOpen={() => onChange({ entry: item.auditLog.id }, false)}
          />
        )}
      />
      {open && (
        <AuditEntry
          item={open}
          onNarrow={narrow}
          onClose={() => onChange({ entry: undefined }, true)}
        />
      )}
    </Section>
  );
}

function Row({ item, onOpen }: { item: AuditItem; onOpen: () => void }) {
  const { auditLog: log } = item;
  return (
    <tr>
      <td data-lead>
        <When at={log.date} />
      </td>
      <td data-grow>
        <span className={table.secondary}>{log.username}</span>
      </td>
      <td>
        <Badge tone={typeTone(log.type)}>{typeWords(log.type)}</Badge>
      </td>
      <td>
        <button type="button" className={`${parts.linkButton} ${table.primary}`} onClick={onOpen}>
          {log.action}
        </button>
      </td>
      <td>
        <span className={table.stack}>
          <span className={table.secondary} title={log.detail.id}>
            {objectName(log)}
          </span>
          {log.detail.namespace && <span className="mono">{log.detail.namespace}</span>}
        </span>
      </td>
    </tr>
  );
}

function Export({ of, filters }: { of: string | undefined; filters: AuditFilters }) {
  const address = (format: "csv" | "jsonl") => exportAddress(of, filters, format, Date.now());
  return (
    <Menu>
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={15} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>What the filters let through</Menu.Label>
        <Menu.Item component="a" href={address("csv")} download>
          CSV
        </Menu.Item>
        <Menu.Item component="a" href={address("jsonl")} download>
          JSON lines
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
