/// The first page: what needs me, how it has been going, what comes next, what was last.
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMay } from "@/api/access";
import { executionsQuery } from "@/api/executions";
import { RANGES } from "@/api/filters";
import { statisticsQuery } from "@/api/statistics";
import { usePolling } from "@/api/use-live";
import { useLiveExecutions } from "@/api/use-live-namespaces";
import type { HomeSearch } from "@/routes/search";
import { PageHead } from "@/ui/page-head";
import { useTitle } from "@/ui/use-title";
import { FirstSteps } from "./first-steps";
import classes from "./home.module.css";
import { NeedsCard } from "./needs-card";
import { NextCard, RecentCard } from "./recent";
import { Figures, OverTime } from "./statistics";
import { useNeeds } from "./use-needs";

const DEFAULT_RANGE = "PT24H";

export function Home() {
  useTitle("Home");
  const { tenant } = useParams({ from: "/$tenant/" });
  const search = useSearch({ from: "/$tenant/" });
  const navigate = useNavigate({ from: "/$tenant/" });
  const range = search.range ?? DEFAULT_RANGE;
  const { namespace } = search;
  const may = useMay(tenant);
  useLiveExecutions(tenant, namespace);
  const refetchInterval = usePolling(true);
  const statistics = useQuery({
    ...statisticsQuery(tenant, { namespace, range }),
    refetchInterval,
  });
  const recent = useQuery({
    ...executionsQuery(tenant, { namespace, page: 1, size: 8 }),
    refetchInterval,
  });
  const needs = useNeeds(tenant, namespace, range);
  const change = (next: HomeSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  // Where nothing has run yet something may wait all the same: a late schedule, a request to agree.
  if (recent.data?.total === 0 && !namespace && needs.needs.length === 0)
    return <FirstSteps tenant={tenant} />;
  return (
    <>
      <PageHead
        title="Home"
        beside={
          namespace && (
            <Link
              to="/$tenant/namespaces/$namespaceId"
              params={{ tenant, namespaceId: namespace }}
              className={classes.scope}
            >
              {namespace}
            </Link>
          )
        }
        actions={
          <Select
            aria-label="Time"
            w={150}
            data={RANGES.map(({ value, label }) => ({ value, label }))}
            value={range}
            allowDeselect={false}
            onChange={(value) =>
              change({ range: value === DEFAULT_RANGE ? undefined : (value ?? undefined) })
            }
          />
        }
      />
      <div className={classes.page}>
        <Figures tenant={tenant} search={{ namespace, range }} statistics={statistics} />
        <div className={classes.grid}>
          <div className={classes.main}>
            <NeedsCard tenant={tenant} found={needs} />
            <OverTime tenant={tenant} namespace={namespace} statistics={statistics} />
          </div>
          <div className={classes.side}>
            {may("trigger.view") && <NextCard tenant={tenant} namespace={namespace} />}
            <RecentCard tenant={tenant} namespace={namespace} recent={recent} />
          </div>
        </div>
      </div>
    </>
  );
}
