/// One line of a log: when, how grave, which task, what.
import { memo } from "react";
import { clockTime } from "@/lib/time";
import { type Line, splitByMatch, withoutAnsi } from "./lines";
import classes from "./logs.module.css";

const TONES: Record<string, string> = {
  ERROR: "danger",
  WARN: "warning",
  INFO: "running",
  DEBUG: "neutral",
  TRACE: "neutral",
};

export interface LogLineProps {
  line: Line;
  query: string;
  current: boolean;
  zone: string | undefined;
  onTask: (task: string) => void;
}

export const LogLine = memo(({ line, query, current, zone, onTask }: LogLineProps) => {
  const attempt = line.attemptNumber ?? 0;
  const { taskId } = line;
  return (
    <div
      className={classes.line}
      data-level={line.level}
      data-tone={TONES[line.level] ?? "neutral"}
      data-current={current || undefined}
    >
      <time dateTime={line.timestamp}>{clockTime(Date.parse(line.timestamp), zone)}</time>
      <span className={classes.level}>{line.level}</span>
      {taskId ? (
        <button
          type="button"
          className={classes.task}
          title={`Only lines of ${taskId}`}
          onClick={() => onTask(taskId)}
        >
          {taskId}
          {attempt > 0 && <sup>{attempt + 1}</sup>}
        </button>
      ) : (
        <span className={classes.task} />
      )}
      <span className={classes.message}>
        <Marked text={withoutAnsi(line.message)} query={query} />
      </span>
    </div>
  );
});

function Marked({ text, query }: { text: string; query: string }) {
  if (!query) return text;
  return splitByMatch(text, query).map((piece, position) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move.
    position % 2 ? <mark key={position}>{piece}</mark> : piece,
  );
}
