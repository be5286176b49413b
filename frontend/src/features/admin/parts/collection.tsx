/// A page of administration that is a list: what it is for, a search, the rows, the way to add one.
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Page } from "@/api/types";
import { Empty } from "@/ui/empty";
import { type Column, Listing, SearchBox } from "./listing";
import parts from "./parts.module.css";
import { Section } from "./section";
import type { ListAddress } from "./use-list-search";

/** How one is added: in a dialog over the list, or on a page of its own. */
export type Adding = { word: string } & (
  | { dialog: (close: () => void) => ReactNode }
  | { link: Pick<LinkProps, "to" | "params" | "search"> }
);

export interface CollectionProps<T> {
  title: string;
  lead: ReactNode;
  query: UseQueryResult<Page<T>>;
  columns: readonly Column[];
  row: (item: T) => ReactNode;
  /** Absent: the list is short and always shown whole. */
  list?: ListAddress;
  /** What the search box looks for; absent: there is none. */
  searched?: string;
  icon: ReactNode;
  /** What an empty list teaches. */
  nothing: { title: string; text: ReactNode };
  /** What is said when a search found nothing. */
  unmatched?: { title: string; text: ReactNode };
  /** Absent or false: one may not. */
  add?: Adding | false;
  children?: ReactNode;
}

export function Collection<T>(props: CollectionProps<T>) {
  const { title, lead, query, columns, row, list, searched, icon, nothing, unmatched, add } = props;
  const [adding, setAdding] = useState(false);
  const button = add && <AddButton add={add} onOpen={() => setAdding(true)} />;
  const missed = list?.asked.q && unmatched;
  const words = missed || nothing;
  return (
    <Section title={title} lead={lead} actions={button}>
      {searched && list && (
        <div className={parts.filters}>
          <SearchBox what={searched} value={list.asked.q} onChange={list.onSearch} />
        </div>
      )}
      <Listing
        label={title}
        query={query}
        columns={columns}
        paging={list?.paging}
        row={row}
        empty={
          <Empty icon={icon} title={words.title} action={missed ? undefined : button}>
            {words.text}
          </Empty>
        }
      />
      {add && "dialog" in add && adding && add.dialog(() => setAdding(false))}
      {props.children}
    </Section>
  );
}

function AddButton({ add, onOpen }: { add: Adding; onOpen: () => void }) {
  const plus = <IconPlus size={15} />;
  if ("dialog" in add) {
    return (
      <Button leftSection={plus} onClick={onOpen}>
        {add.word}
      </Button>
    );
  }
  return (
    <Button leftSection={plus} renderRoot={(props) => <Link {...add.link} {...props} />}>
      {add.word}
    </Button>
  );
}
