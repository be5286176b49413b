/// A value one can unfold; leaves can be drawn by the page (a file, a link).
import { IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { plural } from "@/lib/text";
import classes from "./json.module.css";

export interface JsonTreeProps {
  value: unknown;
  /** Levels that are open at first. */
  open?: number;
  /** Draws a leaf of its own, or returns undefined to leave it as it is. */
  leaf?: (value: unknown) => ReactNode | undefined;
}

export function JsonTree({ value, open = 2, leaf }: JsonTreeProps) {
  const entries = entriesOf(value);
  return (
    <div className={classes.tree}>
      {entries ? (
        entries.map(([name, item]) => (
          <Node key={name} name={name} value={item} open={open} leaf={leaf} />
        ))
      ) : (
        <Leaf value={value} leaf={leaf} />
      )}
    </div>
  );
}

function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value);
}

function Node({ name, value, open = 0, leaf }: JsonTreeProps & { name: string }) {
  const [expanded, setExpanded] = useState(open > 0);
  const entries = entriesOf(value);
  if (!entries || entries.length === 0) {
    return (
      <div className={classes.row}>
        <span className={classes.key}>{name}:</span>
        {entries ? (
          <span>{Array.isArray(value) ? "[]" : "{}"}</span>
        ) : (
          <Leaf {...{ value, leaf }} />
        )}
      </div>
    );
  }
  return (
    <div>
      <button
        type="button"
        className={classes.toggle}
        aria-expanded={expanded}
        onClick={() => setExpanded(!expanded)}
      >
        <IconChevronRight size={12} aria-hidden />
        <span className={classes.key}>{name}:</span>
        <span className={classes.size}>
          {Array.isArray(value) ? plural(entries.length, "item") : plural(entries.length, "key")}
        </span>
      </button>
      {expanded && (
        <div className={classes.branch}>
          {entries.map(([key, item]) => (
            <Node key={key} name={key} value={item} open={open - 1} leaf={leaf} />
          ))}
        </div>
      )}
    </div>
  );
}

function Leaf({ value, leaf }: Pick<JsonTreeProps, "value" | "leaf">) {
  const drawn = leaf?.(value);
  if (drawn !== undefined) return <>{drawn}</>;
  if (typeof value === "string") return <span className={classes.string}>{value || '""'}</span>;
  if (typeof value === "number") return <span className={classes.number}>{value}</span>;
  return <span className={classes.constant}>{String(value)}</span>;
}
