/// One request: exactly what is asked for, by whom and why, and the verdict.
import { Button, Textarea } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useMay } from "@/api/access";
import { type Approval, approvalQuery, approvalsKey, decideApproval } from "@/api/approvals";
import { ApiProblem } from "@/api/client";
import { flowDetailQuery } from "@/api/flows";
import { Loaded } from "@/features/admin/parts/loaded";
import { Badge, Section } from "@/features/admin/parts/section";
import { useChange } from "@/features/admin/parts/use-change";
import { useNow } from "@/lib/use-now";
import { Card, Facts } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { When } from "@/ui/when";
import classes from "./approvals.module.css";
import { isOver, STATES, TONES, whatIsAsked } from "./words";

const SourceDiff = lazy(() =>
  import("@/editor/source-diff").then((m) => ({ default: m.SourceDiff })),
);

export function ApprovalPage() {
  const { tenant, approvalId } = useParams({ from: "/$tenant/admin/approvals/$approvalId" });
  const approval = useQuery(approvalQuery(tenant, approvalId));
  return (
    <Loaded what="Approval" query={approval}>
      {(found) => <Shown tenant={tenant} approval={found} />}
    </Loaded>
  );
}

function Shown({ tenant, approval }: { tenant: string; approval: Approval }) {
  const over = isOver(approval, useNow(30_000));
  const may = useMay(tenant, approval.namespace);
  return (
    <Section
      title={whatIsAsked(approval)}
      back={
        <Link to="/$tenant/admin/approvals" params={{ tenant }}>
          Approvals
        </Link>
      }
      beside={
        <Badge tone={over ? "neutral" : TONES[approval.state]}>
          {over ? "Too old" : STATES[approval.state]}
        </Badge>
      }
    >
      <div className={classes.stack}>
        <Card title="Request">
          <Facts
            facts={[
              [
                "Namespace",
                <span key="namespace" className="mono">
                  {approval.namespace}
                </span>,
              ],
              ["Flow", <FlowLink key="flow" tenant={tenant} approval={approval} />],
              ["Asked by", approval.requestedBy],
              ["Asked", <When key="asked" at={approval.createdAt} />],
              [
                "Why",
                approval.note && (
                  <p key="why" className={classes.note}>
                    {approval.note}
                  </p>
                ),
              ],
              ["Decided by", approval.decidedBy],
              ["Decided", approval.decidedAt && <When key="decided" at={approval.decidedAt} />],
            ]}
          />
        </Card>
        {approval.kind === "SAVE" ? (
          <AskedSource tenant={tenant} approval={approval} />
        ) : (
          <AskedStart approval={approval} />
        )}
        {approval.state === "PENDING" && !over && (
          <Card title="Verdict">
            {may("policy.approve") ? (
              <Verdict tenant={tenant} id={approval.id} />
            ) : (
              <p className={classes.note}>
                Somebody with the right to approve in this namespace decides; whoever asked cannot.
              </p>
            )}
          </Card>
        )}
        {approval.state === "APPROVED" && !over && (
          <p className={classes.note}>
            {approval.requestedBy} may now {approval.kind === "SAVE" ? "save" : "start"} exactly
            this, once.
          </p>
        )}
      </div>
    </Section>
  );
}

function FlowLink({ tenant, approval }: { tenant: string; approval: Approval }) {
  const { namespace, flowId } = approval;
  return (
    <Link to="/$tenant/flows/$namespace/$flowId" params={{ tenant, namespace, flowId }}>
      {flowId}
    </Link>
  );
}

/** What would be saved, beside what is; a flow that does not exist yet is all new. */
function AskedSource({
  tenant,
  approval,
}: {
  tenant: string;
  approval: Extract<Approval, { kind: "SAVE" }>;
}) {
  const narrow = useMediaQuery("(max-width: 900px)", undefined, { getInitialValueInEffect: false });
  const flow = useQuery({
    ...flowDetailQuery(tenant, { namespace: approval.namespace, id: approval.flowId }),
    retry: false,
  });
  const isNew = flow.error instanceof ApiProblem && flow.error.status === 404;
  if (flow.error && !isNew) return <Problem error={flow.error} />;
  if (flow.isPending) return null;
  return (
    <Card title={isNew ? "A new flow" : "What would change"} flush>
      <div className={classes.diff}>
        <Suspense>
          <SourceDiff
            before={flow.data?.source ?? ""}
            after={approval.subject.source}
            unified={narrow === true || isNew}
          />
        </Suspense>
      </div>
    </Card>
  );
}

function AskedStart({ approval }: { approval: Extract<Approval, { kind: "START" }> }) {
  const { revision, inputs, labels } = approval.subject;
  const facts = (of: Record<string, string>) =>
    Object.entries(of).map(([name, value]) => [name, <code key={name}>{value}</code>] as const);
  return (
    <Card title="What would start" side={<span className="numeric">revision {revision}</span>}>
      {Object.keys(inputs).length + Object.keys(labels).length === 0 ? (
        <p className={classes.note}>The flow as it is, without inputs.</p>
      ) : (
        <Facts facts={[...facts(inputs), ...facts(labels)]} />
      )}
    </Card>
  );
}

function Verdict({ tenant, id }: { tenant: string; id: string }) {
  const [note, setNote] = useState("");
  const decide = useChange({
    change: (verdict: "approve" | "reject") => decideApproval(tenant, id, verdict, note),
    touches: [approvalsKey(tenant)],
    said: "The verdict is written down.",
  });
  return (
    <div className={classes.verdict}>
      <Textarea
        label="A word about it"
        description="Stands in the audit trail."
        autosize
        minRows={2}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {decide.error && <Problem error={decide.error} />}
      <div className={classes.buttons}>
        <Button
          leftSection={<IconCheck size={15} />}
          loading={decide.isPending && decide.variables === "approve"}
          onClick={() => decide.mutate("approve")}
        >
          Agree
        </Button>
        <Button
          variant="default"
          leftSection={<IconX size={15} />}
          loading={decide.isPending && decide.variables === "reject"}
          onClick={() => decide.mutate("reject")}
        >
          Refuse
        </Button>
      </div>
    </div>
  );
}
