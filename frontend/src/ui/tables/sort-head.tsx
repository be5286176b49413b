/// The head of a column that can be sorted; the choice lives in the URL.
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./table.module.css";

export interface SortHeadProps {
  field: string;
  /** "field:asc" or "field:desc". */
  sort: string | undefined;
  onSort: (sort: string) => void;
  children: ReactNode;
}

export function SortHead({ field, sort, onSort, children }: SortHeadProps) {
  const direction = sort === `${field}:asc` ? "asc" : sort === `${field}:desc` ? "desc" : undefined;
  const next = direction === "desc" ? "asc" : "desc";
  const Arrow = direction === "asc" ? IconArrowUp : IconArrowDown;
  const spoken = direction === "asc" ? "ascending" : direction === "desc" ? "descending" : "none";
  return (
    <th aria-sort={spoken}>
      <button
        type="button"
        className={classes.sort}
        data-active={direction || undefined}
        onClick={() => onSort(`${field}:${next}`)}
      >
        {children}
        {direction && <Arrow size={12} aria-hidden />}
      </button>
    </th>
  );
}
