/// What needs somebody, each with its one verb.
import { Button, Skeleton } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClockExclamation,
  IconHourglass,
  IconUserCheck,
  IconUserQuestion,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useMay } from "@/api/access";
import { RestartButton, ResumeButton } from "@/features/executions/execution/one-verb";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { When } from "@/ui/when";
import type { Need } from "./attention";
import classes from "./home.module.css";
import type { Needs } from "./use-needs";

const LOOKS = {
  approval: { word: "Waits for a decision", icon: IconUserQuestion, tone: "paused" },
  agreement: { word: "Waits for a second person", icon: IconUserCheck, tone: "paused" },
  failing: { word: "Failing", icon: IconAlertTriangle, tone: "danger" },
  late: { word: "Late", icon: IconClockExclamation, tone: "warning" },
  capacity: { word: "Waits for capacity", icon: IconHourglass, tone: "neutral" },
} as const;

export function NeedsCard({ tenant, found }: { tenant: string; found: Needs }) {
  return (
    <Card
      title="Needs attention"
      side={found.needs.length > 0 && <span className="numeric">{found.needs.length}</span>}
      flush
    >
      {found.error ? (
        <div className={classes.inset}>
          <Problem error={found.error} onRetry={found.retry} />
        </div>
      ) : found.needs.length > 0 ? (
        <ul className={classes.needs}>
          {found.needs.map((need) => (
            <NeedRow key={need.key} tenant={tenant} need={need} />
          ))}
        </ul>
      ) : found.settled ? (
        <p className={classes.calm} data-tone="success">
          <IconCircleCheck size={18} aria-hidden /> Nothing fails, waits or is late.
        </p>
      ) : (
        <div className={classes.inset}>
          <Skeleton height={88} />
        </div>
      )}
    </Card>
  );
}

function NeedRow({ tenant, need }: { tenant: string; need: Need }) {
  const { word, icon: Icon, tone } = LOOKS[need.kind];
  const { namespace, flowId } = placeOf(need);
  return (
    <li className={classes.need}>
      <span className={classes.sign} data-tone={tone}>
        <Icon size={17} aria-hidden />
      </span>
      <div className={classes.words}>
        <span>
          <Subject tenant={tenant} need={need}>
            {flowId}
          </Subject>
          <span className={classes.kind} data-tone={tone}>
            {word}
          </span>
        </span>
        <span className={classes.note}>
          {namespace} · {need.note}
        </span>
      </div>
      <span className={classes.when}>
        <When at={momentOf(need)} />
      </span>
      <Verb tenant={tenant} need={need} />
    </li>
  );
}

function placeOf(need: Need): { namespace: string; flowId: string } {
  if (need.kind === "late") return need.trigger.state;
  return need.kind === "agreement" ? need.request : need.execution;
}

function momentOf(need: Need): string | null | undefined {
  if (need.kind === "late") return need.trigger.state.nextEvaluationDate;
  if (need.kind === "agreement") return need.request.createdAt;
  return need.execution.state.endDate ?? need.execution.state.histories.at(-1)?.date;
}

function Subject({ tenant, need, children }: { tenant: string; need: Need; children: ReactNode }) {
  if (need.kind === "late") {
    const { namespace, flowId } = need.trigger.state;
    return (
      <Link
        to="/$tenant/flows/$namespace/$flowId/triggers"
        params={{ tenant, namespace, flowId }}
        className={classes.subject}
      >
        {children}
      </Link>
    );
  }
  if (need.kind === "agreement") {
    return (
      <Link
        to="/$tenant/admin/approvals/$approvalId"
        params={{ tenant, approvalId: need.request.id }}
        className={classes.subject}
      >
        {children}
      </Link>
    );
  }
  return (
    <Link
      to="/$tenant/executions/$executionId"
      params={{ tenant, executionId: need.execution.id }}
      className={classes.subject}
    >
      {children}
    </Link>
  );
}

function Verb({ tenant, need }: { tenant: string; need: Need }) {
  const may = useMay(tenant, placeOf(need).namespace);
  if (need.kind === "agreement") {
    return (
      <Button
        variant="default"
        renderRoot={(props) => (
          <Link
            to="/$tenant/admin/approvals/$approvalId"
            params={{ tenant, approvalId: need.request.id }}
            {...props}
          />
        )}
      >
        {may("policy.approve") ? "Decide" : "Look"}
      </Button>
    );
  }
  if (need.kind === "late") {
    const { namespace, flowId } = need.trigger.state;
    return (
      <Button
        variant="default"
        renderRoot={(props) => (
          <Link
            to="/$tenant/flows/$namespace/$flowId/triggers"
            params={{ tenant, namespace, flowId }}
            {...props}
          />
        )}
      >
        Find out why
      </Button>
    );
  }
  const { execution } = need;
  if (need.kind === "approval" && may("execution.edit"))
    return <ResumeButton tenant={tenant} execution={execution} />;
  if (need.kind === "failing" && may("execution.edit"))
    return <RestartButton tenant={tenant} execution={execution} />;
  return (
    <Button
      variant="default"
      renderRoot={(props) => (
        <Link
          to="/$tenant/executions/$executionId"
          params={{ tenant, executionId: execution.id }}
          {...props}
        />
      )}
    >
      {need.kind === "capacity" ? "See why" : "Look"}
    </Button>
  );
}
