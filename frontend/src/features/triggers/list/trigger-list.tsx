/// All triggers: find one, see where it stands, switch it.
import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconBolt, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { triggersQuery } from "@/api/triggers";
import { TriggerDrawer } from "@/features/triggers/trigger/trigger-drawer";
import { TriggerTable, triggerKey } from "@/features/triggers/trigger-table";
import classes from "@/features/triggers/triggers.module.css";
import { TRIGGER_KINDS, type TriggersSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { FilterChip } from "@/ui/filter-chip";
import { PageHead } from "@/ui/page-head";
import { Problem } from "@/ui/problem";
import { Pager } from "@/ui/tables";
import { useSearchText } from "@/ui/use-search-text";
import { useTitle } from "@/ui/use-title";
import { Waiting } from "@/ui/waiting";

const KIND_WORDS: Record<string, string> = {
  SCHEDULE: "Schedules",
  POLLING: "Polling",
  REALTIME: "Realtime",
};

export function TriggerList() {
  useTitle("Triggers");
  const { tenant } = useParams({ from: "/$tenant/triggers" });
  const search = useSearch({ from: "/$tenant/triggers" });
  const navigate = useNavigate({ from: "/$tenant/triggers" });
  const change = (next: TriggersSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const open = (key: string | undefined) =>
    void navigate({ search: (before) => ({ ...before, open: key }) });
  const paging = {
    page: search.page ?? 1,
    size: search.size ?? 25,
    sort: search.sort ?? "flowId:asc",
  };
  const triggers = useQuery({
    ...triggersQuery(tenant, { ...search, ...paging }),
    refetchInterval: 10_000,
  });
  const rows = triggers.data?.results ?? [];
  const opened = rows.find((one) => triggerKey(one) === search.open);
  return (
    <>
      <PageHead title="Triggers" />
      <div className={classes.page}>
        <Filters search={search} onChange={change} />
        {triggers.error && (
          <Problem error={triggers.error} onRetry={() => void triggers.refetch()} />
        )}
        {rows.length > 0 && (
          <>
            <TriggerTable
              tenant={tenant}
              triggers={rows}
              ofOneFlow={false}
              sort={paging.sort}
              onSort={(sort) => change({ sort })}
              onOpen={open}
            />
            <Pager
              {...paging}
              total={triggers.data?.total ?? 0}
              totalExact={triggers.data?.totalExact}
              onPage={(page) => change({ page })}
              onSize={(size) => change({ size })}
            />
          </>
        )}
        {triggers.isPending && <Waiting rows={8} />}
        {triggers.data && rows.length === 0 && <NoTriggers tenant={tenant} search={search} />}
      </div>
      {opened && <TriggerDrawer tenant={tenant} one={opened} onClose={() => open(undefined)} />}
    </>
  );
}

interface FiltersProps {
  search: TriggersSearch;
  onChange: (search: TriggersSearch) => void;
}

function Filters({ search, onChange }: FiltersProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(search.q, (q) => onChange({ q }));
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <div className={classes.filters}>
      <TextInput
        ref={input}
        className={classes.searchBox}
        aria-label="Search triggers"
        placeholder="Search by trigger, flow or namespace"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Select
        aria-label="Kind"
        w={140}
        placeholder="Any kind"
        clearable
        data={TRIGGER_KINDS.map((value) => ({ value, label: KIND_WORDS[value] ?? value }))}
        value={search.kind ?? null}
        onChange={(kind) => onChange({ kind: kind ?? undefined })}
      />
      <Select
        aria-label="On or off"
        w={130}
        placeholder="On and off"
        clearable
        data={[
          { value: "ENABLED", label: "Enabled" },
          { value: "DISABLED", label: "Disabled" },
        ]}
        value={search.state ?? null}
        onChange={(state) => onChange({ state: state ?? undefined })}
      />
      <Checkbox
        size="xs"
        label="Waits for its execution"
        checked={search.locked ?? false}
        onChange={(event) => onChange({ locked: event.currentTarget.checked || undefined })}
      />
      {search.namespace && (
        <FilterChip
          name="namespace"
          value={search.namespace}
          onClear={() => onChange({ namespace: undefined })}
        />
      )}
    </div>
  );
}

function NoTriggers({ tenant, search }: { tenant: string; search: TriggersSearch }) {
  const filtered = search.q || search.kind || search.state || search.locked || search.namespace;
  return (
    <Empty
      icon={<IconBolt size={22} />}
      title={filtered ? "No trigger matches" : "Nothing starts by itself yet"}
      action={
        filtered ? (
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link to="/$tenant/triggers" params={{ tenant }} search={{}} {...props} />
            )}
          >
            Clear the filters
          </Button>
        ) : (
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link
                to="/$tenant/blueprints"
                params={{ tenant }}
                search={{ tag: "Scheduling" }}
                {...props}
              />
            )}
          >
            See flows with a schedule
          </Button>
        )
      }
    >
      {filtered
        ? "Try fewer words, or another kind."
        : "A trigger in a flow's source starts it at a time, by a call, after other flows, or when something arrives."}
    </Empty>
  );
}
