/// What has to be asked for before it can be shown: it, or why not, or that it is on its way.
import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem } from "@/ui/problem";
import { Section } from "./section";

export interface LoadedProps<T> {
  /** What is said above a problem, such as "Group". */
  what: string;
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}

/** A page of one thing. */
export function Loaded<T>({ what, query, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  return (
    <Section title={what}>
      {query.error ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Waiting />
      )}
    </Section>
  );
}

/** A part of a page, without a title of its own. */
export function LoadedPart<T>({ query, children }: Omit<LoadedProps<T>, "what">) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  return <Waiting />;
}

function Waiting() {
  return (
    <div aria-busy>
      <Skeleton height={14} width="40%" radius="sm" />
      <Skeleton height={14} mt={10} radius="sm" />
      <Skeleton height={14} mt={10} width="80%" radius="sm" />
    </div>
  );
}
