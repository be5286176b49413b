/// Requests that another person agrees to something: those that wait, and what became of the others.
import { SegmentedControl } from "@mantine/core";
import { IconUserCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { type Approval, approvalsQuery } from "@/api/approvals";
import { usePolling } from "@/api/use-live";
import { Listing } from "@/features/admin/parts/listing";
import parts from "@/features/admin/parts/parts.module.css";
import { Badge, Section } from "@/features/admin/parts/section";
import { useNow } from "@/lib/use-now";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { isOver, STATES, TONES, whatIsAsked } from "./words";

const FROM = "/$tenant/admin/approvals";

export function ApprovalList() {
  const { tenant } = useParams({ from: FROM });
  const { all } = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const refetchInterval = usePolling(true);
  const approvals = useQuery({
    ...approvalsQuery(tenant, all ? undefined : "PENDING"),
    refetchInterval,
    select: ({ results }) => ({ results, total: results.length }),
  });
  return (
    <Section
      title="Approvals"
      lead="Where a policy asks for two people: what one of them wants to save or start, and another one has to agree to. It is good once, within a day, and for exactly what is shown."
    >
      <div className={parts.filters}>
        <SegmentedControl
          aria-label="Which requests"
          value={all ? "all" : "open"}
          onChange={(value) =>
            void navigate({ search: value === "all" ? { all: true } : {}, replace: true })
          }
          data={[
            { value: "open", label: "Waiting" },
            { value: "all", label: "All" },
          ]}
        />
      </div>
      <Listing
        label="Approvals"
        query={approvals}
        columns={[
          { name: "What" },
          { name: "Asked by" },
          { name: "When", width: 130 },
          { name: "State", width: 110 },
        ]}
        empty={
          <Empty icon={<IconUserCheck size={22} />} title="Nothing waits for an agreement">
            A policy with “another person has to agree” refuses a save or a start first; whoever was
            refused can ask for agreement right there.
          </Empty>
        }
        row={(one) => <Row key={one.id} tenant={tenant} approval={one} />}
      />
    </Section>
  );
}

function Row({ tenant, approval }: { tenant: string; approval: Approval }) {
  const now = useNow(30_000);
  const over = isOver(approval, now);
  return (
    <tr>
      <td data-wide>
        <span className={table.stack}>
          <Link
            to="/$tenant/admin/approvals/$approvalId"
            params={{ tenant, approvalId: approval.id }}
            className={table.primary}
          >
            {whatIsAsked(approval)}
          </Link>
          <span className={table.secondary}>
            <span className="mono">{approval.namespace}</span>
            {approval.note && ` · ${approval.note}`}
          </span>
        </span>
      </td>
      <td>{approval.requestedBy}</td>
      <td>
        <When at={approval.createdAt} />
      </td>
      <td>
        <Badge tone={over ? "neutral" : TONES[approval.state]}>
          {over ? "Too old" : STATES[approval.state]}
        </Badge>
      </td>
    </tr>
  );
}
