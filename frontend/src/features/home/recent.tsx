/// What comes next by itself, and what began last.
import { Skeleton } from "@mantine/core";
import { IconCalendarClock } from "@tabler/icons-react";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { triggersQuery } from "@/api/triggers";
import type { Execution, Page } from "@/api/types";
import { usePreferences } from "@/lib/preferences";
import { shortDate } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { StateBadge } from "@/ui/state";
import { When } from "@/ui/when";
import classes from "./home.module.css";

interface ScopedProps {
  tenant: string;
  namespace: string | undefined;
}

export function NextCard({ tenant, namespace }: ScopedProps) {
  const { zone } = usePreferences();
  const minute = Math.floor(useNow(30_000) / 60_000) * 60_000;
  const next = useQuery({
    ...triggersQuery(tenant, {
      namespace,
      kind: "SCHEDULE",
      state: "ENABLED",
      dueAfter: new Date(minute).toISOString(),
      page: 1,
      size: 6,
      sort: "nextExecutionDate:asc",
    }),
    refetchInterval: 30_000,
  });
  const rows = next.data?.results ?? [];
  return (
    <Card
      title="Next scheduled"
      side={
        <Link
          to="/$tenant/triggers"
          params={{ tenant }}
          search={{ namespace }}
          className={classes.more}
        >
          All triggers
        </Link>
      }
      flush
    >
      {next.error && (
        <div className={classes.inset}>
          <Problem error={next.error} onRetry={() => void next.refetch()} />
        </div>
      )}
      {next.isLoading && <Waiting />}
      {next.data && rows.length === 0 && (
        <p className={classes.none}>No schedule is on. A trigger in a flow's source makes one.</p>
      )}
      <ul className={classes.rows}>
        {rows.map(({ state }) => (
          <li key={`${state.namespace}/${state.flowId}/${state.triggerId}`}>
            <IconCalendarClock size={16} aria-hidden />
            <Link
              to="/$tenant/flows/$namespace/$flowId/triggers"
              params={{ tenant, namespace: state.namespace, flowId: state.flowId }}
              className={classes.rowName}
            >
              <strong>{state.flowId}</strong>
              <span>{state.namespace}</span>
            </Link>
            <span className={classes.due}>
              <When at={state.nextEvaluationDate} />
              <span>{shortDate(Date.parse(state.nextEvaluationDate ?? ""), zone)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function RecentCard({
  tenant,
  namespace,
  recent,
}: ScopedProps & { recent: UseQueryResult<Page<Execution>> }) {
  return (
    <Card
      title="Recent"
      side={
        <Link
          to="/$tenant/executions"
          params={{ tenant }}
          search={{ namespace }}
          className={classes.more}
        >
          All executions
        </Link>
      }
      flush
    >
      {recent.isLoading && <Waiting />}
      {recent.error && (
        <div className={classes.inset}>
          <Problem error={recent.error} onRetry={() => void recent.refetch()} />
        </div>
      )}
      {recent.data?.total === 0 && <p className={classes.none}>Nothing has run here yet.</p>}
      <ul className={classes.rows}>
        {recent.data?.results.map((one) => (
          <li key={one.id}>
            <span className={classes.state}>
              <StateBadge state={one.state.current} size="sm" />
            </span>
            <Link
              to="/$tenant/executions/$executionId"
              params={{ tenant, executionId: one.id }}
              className={classes.rowName}
            >
              <strong>{one.flowId}</strong>
              <span>{one.namespace}</span>
            </Link>
            <span className={classes.when}>
              <When at={one.state.startDate ?? one.state.histories[0]?.date} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Waiting() {
  return (
    <div className={classes.inset}>
      <Skeleton height={120} />
    </div>
  );
}
