/// The API's filter language: `filters[field][OPERATOR]=value`, built from what a page knows.

export type Operator =
  | "EQUALS"
  | "NOT_EQUALS"
  | "IN"
  | "PREFIX"
  | "STARTS_WITH"
  | "GREATER_THAN_OR_EQUAL_TO"
  | "LESS_THAN_OR_EQUAL_TO";

export type QueryPair = readonly [string, string];

export function filter(
  field: string,
  operator: Operator,
  value: string | readonly string[] | undefined,
  key?: string,
): QueryPair[] {
  const text = typeof value === "string" ? value : value?.join(",");
  if (!text) return [];
  return [[`filters[${field}][${operator}]${key ? `[${key}]` : ""}`, text]];
}

export interface ExecutionFilters {
  q?: string;
  namespace?: string;
  flowId?: string;
  states?: readonly string[];
  labels?: readonly string[];
  /** The trigger that started them. */
  triggerId?: string;
  /** An ISO duration back from now ("PT24H"); `from` and `to` win over it. */
  range?: string;
  from?: string;
  to?: string;
}

export const RANGES = [
  { value: "PT15M", label: "Last 15 minutes", ms: 15 * 60_000 },
  { value: "PT1H", label: "Last hour", ms: 3_600_000 },
  { value: "PT24H", label: "Last 24 hours", ms: 86_400_000 },
  { value: "P7D", label: "Last 7 days", ms: 7 * 86_400_000 },
  { value: "P30D", label: "Last 30 days", ms: 30 * 86_400_000 },
] as const;

/** "key:value" as people type labels; a colon inside the value stays in the value. */
export function parseLabel(text: string): { key: string; value: string } | undefined {
  const at = text.indexOf(":");
  return at > 0 ? { key: text.slice(0, at).trim(), value: text.slice(at + 1).trim() } : undefined;
}

function labelFilters(labels: readonly string[] | undefined): QueryPair[] {
  return (labels ?? []).flatMap((text) => {
    const label = parseLabel(text);
    return label ? filter("labels", "EQUALS", label.value, label.key) : [];
  });
}

export function executionQuery(filters: ExecutionFilters, now: number): QueryPair[] {
  const span = RANGES.find((range) => range.value === filters.range);
  const from = filters.from ?? (span ? new Date(now - span.ms).toISOString() : undefined);
  return [
    ...filter("q", "EQUALS", filters.q),
    ...filter("namespace", "PREFIX", filters.namespace),
    ...filter("flowId", "EQUALS", filters.flowId),
    ...filter("triggerId", "EQUALS", filters.triggerId),
    ...filter("state", "IN", filters.states),
    ...labelFilters(filters.labels),
    ...filter("startDate", "GREATER_THAN_OR_EQUAL_TO", from),
    ...filter("startDate", "LESS_THAN_OR_EQUAL_TO", filters.to),
  ];
}

export interface FlowFilters {
  q?: string;
  namespace?: string;
  labels?: readonly string[];
}

export function flowQuery(filters: FlowFilters): QueryPair[] {
  return [
    ...filter("q", "EQUALS", filters.q),
    ...filter("namespace", "PREFIX", filters.namespace),
    ...labelFilters(filters.labels),
  ];
}

export interface Paging {
  page: number;
  size: number;
  sort?: string;
}

export function pagingQuery({ page, size, sort }: Paging): QueryPair[] {
  const pairs: QueryPair[] = [
    ["page", String(page)],
    ["size", String(size)],
  ];
  return sort ? [...pairs, ["sort", sort]] : pairs;
}
