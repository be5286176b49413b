/// The log of an execution: live, by level and task, searchable, downloadable.
import { Button, Select, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconDownload, IconFileText, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { foundInLogQuery, type LogChoice, logsDownloadPath } from "@/api/logs";
import type { Execution, LogLine } from "@/api/types";
import { useExecution, useExecutionHead } from "@/features/executions/execution";
import { usePreferences } from "@/lib/preferences";
import { isTerminal } from "@/lib/states";
import { plural } from "@/lib/text";
import { findMatches, LEVELS } from "@/logs/lines";
import { type Found, LogView } from "@/logs/log-view";
import { isWhole, type LogWindow } from "@/logs/window";
import type { LogsSearch } from "@/routes/search";
import { Empty } from "@/ui/empty";
import { FilterChip } from "@/ui/filter-chip";
import { Problem } from "@/ui/problem";
import { useSearchText } from "@/ui/use-search-text";
import classes from "./execution-logs.module.css";
import { useLogWindow } from "./use-log-window";

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
  const { data: execution } = useExecutionHead(tenant, executionId);
  const change = (next: LogsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
  return (
    <div className={classes.page}>
      <Toolbar
        tenant={tenant}
        executionId={executionId}
        search={search}
        download={logsDownloadPath(tenant, executionId)}
        onChange={change}
      />
      {execution && (
        <Lines tenant={tenant} execution={execution} search={search} onChange={change} />
      )}
    </div>
  );
}

interface LinesProps {
  tenant: string;
  execution: Execution;
  search: LogsSearch;
  onChange: (search: LogsSearch) => void;
}

function Lines({ tenant, execution, search, onChange }: LinesProps) {
  const { zone } = usePreferences();
  const live = !isTerminal(execution.state.current);
  const choice = { level: search.level ?? "INFO", task: search.task };
  const logs = useLogWindow(tenant, execution.id, choice, live);
  const found = useFound(tenant, execution.id, choice, search.q ?? "", logs.data);
  // While it runs one wants the end; afterwards, the beginning.
  const [wish, setFollow] = useState<boolean>();
  const follow = wish ?? live;
  const followTo = (next: boolean) => {
    setFollow(next);
    if (next && logs.data && !logs.data.atEnd) void logs.toEnd();
  };
  const window = logs.data;
  return (
    <>
      {logs.error && <Problem error={logs.error} onRetry={() => void logs.refetch()} />}
      {window && window.lines.length > 0 && (
        <>
          <p className={`numeric ${classes.count}`} role="status">
            {isWhole(window)
              ? plural(window.lines.length, "line")
              : `A part of a long log: ${plural(window.lines.length, "line")}; more as you scroll`}
          </p>
          <LogView
            window={window}
            query={search.q ?? ""}
            found={found}
            follow={follow}
            zone={zone}
            onFollow={followTo}
            onEarlier={() => void logs.earlier()}
            onLater={() => void logs.later()}
            onStart={() => void logs.toStart()}
            onFar={(index) => void logs.around(index)}
            onTask={(task) => onChange({ task })}
          />
        </>
      )}
      {window?.lines.length === 0 && (
        <NoLines live={live} chosen={choice.level !== "TRACE" || choice.task !== undefined} />
      )}
    </>
  );
}

/** Where a text stands: seen at once in what is held whole, asked of the server otherwise. */
function useFound(
  tenant: string,
  id: string,
  choice: LogChoice,
  text: string,
  window: LogWindow<LogLine> | undefined,
): Found {
  const whole = window !== undefined && isWhole(window);
  const here = useMemo(() => (whole ? findMatches(window.lines, text) : []), [whole, window, text]);
  const asked = useQuery({
    ...foundInLogQuery(tenant, id, choice, text.trim()),
    enabled: window !== undefined && !whole && text.trim() !== "",
  });
  if (whole || !asked.data) return { places: here, total: here.length, exact: whole };
  return asked.data;
}

interface ToolbarProps {
  tenant: string;
  executionId: string;
  search: LogsSearch;
  download: string;
  onChange: (search: LogsSearch) => void;
}

function Toolbar({ tenant, executionId, search, download, onChange }: ToolbarProps) {
  const { data: execution } = useExecution(tenant, executionId);
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

function NoLines({ live, chosen }: { live: boolean; chosen: boolean }) {
  return (
    <Empty icon={<IconFileText size={22} />} title="No lines to show">
      {chosen
        ? "Lines of other levels or tasks are hidden. Choose “Every level” to see all that there are."
        : live
          ? "Lines appear here as tasks print them."
          : "No task of this execution printed anything."}
    </Empty>
  );
}
