/// The log of an execution: live, by level and task, searchable, downloadable.
import { Button, Select, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconDownload, IconFileText, IconSearch } from "@tabler/icons-react";
import { type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { logsDownloadPath, logsQuery } from "@/api/logs";
import type { Execution } from "@/api/types";
import { useLiveQueries, usePolling } from "@/api/use-live";
import { useExecution } from "@/features/executions/execution";
import { usePreferences } from "@/lib/preferences";
import { isTerminal } from "@/lib/states";
import { plural } from "@/lib/text";
import { chooseLines, LEVELS } from "@/logs/lines";
import { LogView } from "@/logs/log-view";
import type { LogsSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { FilterChip } from "@/ui/filter-chip";
import { Problem } from "@/ui/problem";
import { useSearchText } from "@/ui/use-search-text";
import classes from "./execution-logs.module.css";

const FROM = "/$tenant/executions/$executionId/logs";
const WORDS: Record<string, string> = {
  TRACE: "Every level",
  DEBUG: "Debug and above",
  INFO: "Info and above",
  WARN: "Warnings and errors",
  ERROR: "Errors only",
};

export function ExecutionLogs() {
  const { tenant, executionId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const { zone } = usePreferences();
  const { data: execution } = useExecution(tenant, executionId);
  const live = execution !== undefined && !isTerminal(execution.state.current);
  const logs = useLogs(tenant, executionId, live);
  // While it runs one wants the end; afterwards, the beginning.
  const [wish, setFollow] = useState<boolean>();
  const follow = wish ?? live;
  const change = (next: LogsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  const lines = useMemo(
    () => chooseLines(logs.data ?? [], { minLevel: search.level ?? "INFO", task: search.task }),
    [logs.data, search.level, search.task],
  );
  return (
    <div className={classes.page}>
      <Toolbar
        search={search}
        execution={execution}
        shown={lines.length}
        all={logs.data?.length ?? 0}
        download={logsDownloadPath(tenant, executionId)}
        onChange={change}
      />
      {logs.error && <Problem error={logs.error} onRetry={() => void logs.refetch()} />}
      {lines.length > 0 && (
        <LogView
          lines={lines}
          query={search.q ?? ""}
          follow={follow}
          zone={zone}
          onFollow={setFollow}
          onTask={(task) => change({ task })}
        />
      )}
      {logs.data && lines.length === 0 && <NoLines live={live} hidden={logs.data.length} />}
    </div>
  );
}

function useLogs(tenant: string, executionId: string, live: boolean) {
  const client = useQueryClient();
  const options = logsQuery(tenant, executionId, client);
  const polling = usePolling(true);
  useLiveQueries([`logs:${executionId}`], [options.queryKey]);
  useLastLines(options.queryKey, live);
  return useQuery({ ...options, refetchInterval: live ? polling : false });
}

// Lines leave a worker in batches: the last one may arrive after the end of its execution.
const LAST_BATCH = 1500;

function useLastLines(queryKey: QueryKey, live: boolean): void {
  const client = useQueryClient();
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    if (!live) return;
    const ask = () => client.invalidateQueries({ queryKey: JSON.parse(key) as QueryKey });
    return () => void setTimeout(ask, LAST_BATCH);
  }, [client, key, live]);
}

interface ToolbarProps {
  search: LogsSearch;
  execution: Execution | undefined;
  shown: number;
  all: number;
  download: string;
  onChange: (search: LogsSearch) => void;
}

function Toolbar({ search, execution, shown, all, download, onChange }: ToolbarProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(search.q, (q) => onChange({ q }));
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <div className={classes.bar}>
      <TextInput
        ref={input}
        className={classes.search}
        aria-label="Search in the log"
        placeholder="Search in the log"
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Select
        aria-label="Level"
        w={170}
        data={LEVELS.map((level) => ({ value: level, label: WORDS[level] ?? level }))}
        value={search.level ?? "INFO"}
        allowDeselect={false}
        onChange={(level) =>
          onChange({ level: level === "INFO" ? undefined : LEVELS.find((one) => one === level) })
        }
      />
      {search.task && (
        <FilterChip
          name="task"
          value={taskName(search.task, execution)}
          onClear={() => onChange({ task: undefined })}
        />
      )}
      <span className={`numeric ${classes.count}`}>
        {shown === all
          ? plural(all, "line")
          : `${shown.toLocaleString("en")} of ${plural(all, "line")}`}
      </span>
      <Button
        component="a"
        href={download}
        download
        variant="default"
        leftSection={<IconDownload size={14} />}
      >
        Download
      </Button>
    </div>
  );
}

/** A filter by one run of a task reads as its task and value, not as an id. */
function taskName(task: string, execution: Execution | undefined): string {
  const run = execution?.taskRunList?.find((one) => one.id === task);
  return run ? [run.taskId, run.value].filter(Boolean).join(" ") : task;
}

function NoLines({ live, hidden }: { live: boolean; hidden: number }) {
  return (
    <Empty icon={<IconFileText size={22} />} title="No lines to show">
      {hidden > 0
        ? `${plural(hidden, "line")} of other levels or tasks are hidden. Choose “Every level” to see them.`
        : live
          ? "Lines appear here as tasks print them."
          : "No task of this execution printed anything."}
    </Empty>
  );
}
