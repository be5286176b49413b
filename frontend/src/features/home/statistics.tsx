/// The figures of the time that is chosen, and executions over it by state.
import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Statistics } from "@/api/statistics";
import { usePreferences } from "@/lib/preferences";
import { shortDate } from "@/lib/time";
import { Card } from "@/ui/card";
import { StackedBars } from "@/ui/charts";
import { Problem } from "@/ui/problem";
import { successRatio } from "./attention";
import classes from "./home.module.css";

const LIVE = ["CREATED", "QUEUED", "RUNNING", "PAUSED", "RETRYING", "RESTARTED", "KILLING"];

interface FiguresProps {
  tenant: string;
  search: { namespace?: string; range: string };
  statistics: UseQueryResult<Statistics>;
}

export function Figures({ tenant, search, statistics }: FiguresProps) {
  const totals = statistics.data?.totals ?? {};
  const sum = (states: readonly string[]) =>
    states.reduce((all, state) => all + (totals[state] ?? 0), 0);
  const ratio = successRatio(totals);
  const figures = [
    ["Success", ratio === undefined ? "–" : percent(ratio), undefined, toneOfRatio(ratio)],
    ["Executions", sum(Object.keys(totals)).toLocaleString("en"), [], undefined],
    ["Failed", sum(["FAILED"]).toLocaleString("en"), ["FAILED"], sum(["FAILED"]) ? "danger" : ""],
    ["Under way", sum(LIVE).toLocaleString("en"), LIVE, undefined],
  ] as const;
  return (
    <dl className={classes.figures}>
      {figures.map(([word, value, states, tone]) => (
        <div key={word} className={classes.figure} data-tone={tone || undefined}>
          <dt>{word}</dt>
          <dd className="numeric">
            {!statistics.data ? (
              "–"
            ) : states ? (
              <Link
                to="/$tenant/executions"
                params={{ tenant }}
                search={{ ...search, states: states.length ? [...states] : undefined }}
              >
                {value}
              </Link>
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Never "100%" while one failed. */
function percent(ratio: number): string {
  const shown = Math.floor(ratio * 1000) / 10;
  return `${shown.toLocaleString("en")}%`;
}

function toneOfRatio(ratio: number | undefined): string {
  if (ratio === undefined) return "";
  if (ratio >= 0.95) return "success";
  return ratio >= 0.8 ? "warning" : "danger";
}

interface OverTimeProps {
  tenant: string;
  namespace: string | undefined;
  statistics: UseQueryResult<Statistics>;
}

export function OverTime({ tenant, namespace, statistics }: OverTimeProps) {
  const { zone } = usePreferences();
  const navigate = useNavigate();
  const { data, error } = statistics;
  const open = (place: number) => {
    const from = data?.buckets[place]?.start;
    if (!from) return;
    const to = new Date(Date.parse(from) + data.bucketSeconds * 1000).toISOString();
    void navigate({
      to: "/$tenant/executions",
      params: { tenant },
      search: { namespace, from, to },
    });
  };
  return (
    <Card title="Executions over time" flush>
      {error ? (
        <div className={classes.inset}>
          <Problem error={error} onRetry={() => void statistics.refetch()} />
        </div>
      ) : data ? (
        <StackedBars
          title="Executions over time, by state"
          parts={data.buckets.map((bucket) => ({
            label: shortDate(Date.parse(bucket.start), zone),
            counts: bucket.states,
          }))}
          onPick={open}
        />
      ) : (
        <div className={classes.inset}>
          <Skeleton height={160} />
        </div>
      )}
    </Card>
  );
}
