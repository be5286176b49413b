/// The history of a flow's source: any two revisions side by side, and the way back to an old one.
import { Button, Select } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowBackUp, IconArrowRight } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { flowDetailQuery, flowKeys, revisionsQuery, updateFlow } from "@/api/flows";
import type { Flow } from "@/api/types";
import { usePreferences } from "@/lib/preferences";
import { shortDate } from "@/lib/time";
import { Problem } from "@/ui/problem";
import { tell, tellProblem } from "@/ui/toast";
import { Waiting } from "@/ui/waiting";
import classes from "./revisions.module.css";

const SourceDiff = lazy(() =>
  import("@/editor/source-diff").then((m) => ({ default: m.SourceDiff })),
);

const FROM = "/$tenant/flows/$namespace/$flowId/revisions";

export function Revisions() {
  const { tenant, namespace, flowId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const key = { namespace, id: flowId };
  const revisions = useQuery(revisionsQuery(tenant, key));
  const list = (revisions.data ?? []).toSorted((a, b) => b.revision - a.revision);
  const against = search.against ?? list[0]?.revision ?? 1;
  const base = search.base ?? Math.max(1, against - 1);
  const before = useSource(tenant, key, base, list);
  const after = useSource(tenant, key, against, list);
  if (revisions.error) return <Problem error={revisions.error} />;
  if (list.length === 0) return <Waiting rows={6} />;
  const pick = (change: { base?: number; against?: number }) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const latest = list[0]?.revision ?? 1;
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <RevisionSelect label="Before" list={list} value={base} onPick={(n) => pick({ base: n })} />
        <IconArrowRight size={16} aria-hidden />
        <RevisionSelect
          label="After"
          list={list}
          value={against}
          onPick={(n) => pick({ against: n })}
        />
        {base < latest && before !== undefined && (
          <Restore tenant={tenant} flow={key} revision={base} source={before} />
        )}
      </div>
      {list.length === 1 && (
        <p className={classes.note}>
          This flow has one revision. Each save that changes the source adds one, and none is ever
          lost.
        </p>
      )}
      {before !== undefined && after !== undefined && <Diff before={before} after={after} />}
    </div>
  );
}

function Diff({ before, after }: { before: string; after: string }) {
  const narrow = useMediaQuery("(max-width: 900px)", undefined, { getInitialValueInEffect: false });
  return (
    <div className={classes.diff}>
      <Suspense>
        <SourceDiff before={before} after={after} unified={narrow === true} />
      </Suspense>
    </div>
  );
}

/** The list may carry the sources already; if not, one is asked for. */
function useSource(
  tenant: string,
  key: { namespace: string; id: string },
  revision: number,
  list: readonly Flow[],
): string | undefined {
  const known = list.find((one) => one.revision === revision)?.source;
  const { data } = useQuery({
    ...flowDetailQuery(tenant, key, revision),
    enabled: known === undefined && list.length > 0,
  });
  return known ?? data?.source;
}

interface RevisionSelectProps {
  label: string;
  list: readonly Flow[];
  value: number;
  onPick: (revision: number) => void;
}

function RevisionSelect({ label, list, value, onPick }: RevisionSelectProps) {
  const { zone } = usePreferences();
  const data = list.map((flow) => ({
    value: String(flow.revision),
    label: flow.updated
      ? `Revision ${flow.revision} · ${shortDate(Date.parse(flow.updated), zone)}`
      : `Revision ${flow.revision}`,
  }));
  return (
    <Select
      aria-label={label}
      w={220}
      data={data}
      value={String(value)}
      allowDeselect={false}
      onChange={(next) => next && onPick(Number(next))}
    />
  );
}

interface RestoreProps {
  tenant: string;
  flow: { namespace: string; id: string };
  revision: number;
  source: string;
}

function Restore({ tenant, flow, revision, source }: RestoreProps) {
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: () => updateFlow(tenant, flow, source),
    onSuccess: (saved) => {
      tell(`Revision ${revision} is back, as revision ${saved.revision}`);
      return client.invalidateQueries({ queryKey: flowKeys.all(tenant) });
    },
    onError: tellProblem,
  });
  return (
    <Button
      variant="default"
      ml="auto"
      leftSection={<IconArrowBackUp size={14} />}
      loading={restore.isPending}
      onClick={() => restore.mutate()}
    >
      Restore revision {revision}
    </Button>
  );
}
