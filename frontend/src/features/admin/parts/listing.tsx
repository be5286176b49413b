/// A list of administration: its rows, or why there are none, or that they are on their way.
import { Skeleton, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useRef } from "react";
import type { Page } from "@/api/types";
import { Problem } from "@/ui/problem";
import { Pager, table } from "@/ui/tables";
import { useSearchText } from "@/ui/use-search-text";
import classes from "./parts.module.css";

export interface Column {
  name: string;
  /** The name is for screen readers only: a column of buttons. */
  hidden?: boolean;
  end?: boolean;
  width?: number | string;
}

export interface ListingPaging {
  page: number;
  size: number;
  onPage: (page: number) => void;
  onSize: (size: number) => void;
}

export interface ListingProps<T> {
  label: string;
  query: UseQueryResult<Page<T>>;
  columns: readonly Column[];
  row: (item: T) => ReactNode;
  empty: ReactNode;
  /** The list stands in a card, which has a border already. */
  inCard?: boolean;
  paging?: ListingPaging;
}

export function Listing<T>(props: ListingProps<T>) {
  const { label, query, columns, row, empty, inCard, paging } = props;
  const { data, error, isPending } = query;
  if (error) return <Problem error={error} onRetry={() => void query.refetch()} />;
  if (!isPending && data?.results.length === 0) {
    return inCard ? empty : <div className={table.frame}>{empty}</div>;
  }
  return (
    <>
      <TableFrame label={label} columns={columns} busy={isPending} inCard={inCard}>
        {data ? data.results.map(row) : <Waiting columns={columns.length} />}
      </TableFrame>
      {data && paging && (
        <div className={inCard ? classes.pagerInCard : undefined}>
          <Pager {...paging} total={data.total} totalExact={data.totalExact} />
        </div>
      )}
    </>
  );
}

export interface TableFrameProps {
  label: string;
  columns: readonly Column[];
  busy?: boolean;
  inCard?: boolean;
  children: ReactNode;
}

export function TableFrame({ label, columns, busy, inCard, children }: TableFrameProps) {
  return (
    <div className={inCard ? classes.inCard : table.frame}>
      <table className={table.table} aria-label={label} aria-busy={busy}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                className={column.end ? table.end : undefined}
                style={{ width: column.width }}
              >
                <span className={column.hidden ? "visually-hidden" : undefined}>{column.name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

const LINES = ["a", "b", "c", "d", "e"];

function Waiting({ columns }: { columns: number }) {
  return LINES.map((line) => (
    <tr key={line}>
      <td colSpan={columns} data-wide>
        <Skeleton height={12} radius="sm" />
      </td>
    </tr>
  ));
}

export interface SearchBoxProps {
  what: string;
  value: string | undefined;
  onChange: (q: string | undefined) => void;
}

export function SearchBox({ what, value, onChange }: SearchBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useSearchText(value, onChange);
  useHotkeys([["/", () => input.current?.focus()]]);
  return (
    <TextInput
      ref={input}
      className={classes.searchBox}
      aria-label={`Search ${what}`}
      placeholder={`Search ${what}`}
      leftSection={<IconSearch size={14} />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
