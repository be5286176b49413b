/// The catalogue of task and trigger types and the schema of the language, for the editor.
import { queryOptions } from "@tanstack/react-query";
import { shortType } from "@/lib/text";
import { request } from "./client";
import type { Page, PluginElement, PluginGroup } from "./types";

export interface TypeCatalogue {
  tasks: readonly string[];
  triggers: readonly string[];
}

/** Without the prefix that every source may leave out. */
function classNames(elements: readonly PluginElement[] | undefined): string[] {
  return (elements ?? []).flatMap((element) => {
    if (typeof element === "string") return [shortType(element)];
    return element.deprecated ? [] : [shortType(element.cls)];
  });
}

export const pluginTypesQuery = queryOptions({
  queryKey: ["plugins"],
  queryFn: async ({ signal }): Promise<TypeCatalogue> => {
    const answer = await request<PluginGroup[] | Page<PluginGroup>>("/api/v1/plugins", { signal });
    const groups = Array.isArray(answer) ? answer : answer.results;
    return {
      tasks: [...new Set(groups.flatMap((group) => classNames(group.tasks)))].sort(),
      triggers: [...new Set(groups.flatMap((group) => classNames(group.triggers)))].sort(),
    };
  },
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

/** The schema of the whole language; large, and fetched when an editor opens. */
export const languageSchemaQuery = queryOptions({
  queryKey: ["plugins", "schema"],
  queryFn: ({ signal }): Promise<object> =>
    request<object>("/api/v1/plugins/schemas/flow", { signal }),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
});

export interface CatalogueType {
  cls: string;
  kind: "task" | "trigger" | "condition";
  title: string;
  /** "core.http" */
  group: string;
  deprecated: boolean;
}

interface ListedGroup {
  title: string;
  tasks: ListedType[];
  triggers: ListedType[];
  conditions: ListedType[];
}

interface ListedType {
  cls: string;
  title: string;
  deprecated: boolean;
}

/** Every type with what it is for in a sentence. */
export const catalogueQuery = queryOptions({
  queryKey: ["plugins", "catalogue"],
  queryFn: async ({ signal }): Promise<CatalogueType[]> => {
    const groups = await request<ListedGroup[]>("/api/v1/plugins/groups/subgroups", { signal });
    const of = (group: ListedGroup, kind: CatalogueType["kind"], types: ListedType[]) =>
      types.map((one) => ({ ...one, kind, group: group.title }));
    return groups.flatMap((group) => [
      ...of(group, "task", group.tasks),
      ...of(group, "trigger", group.triggers),
      ...of(group, "condition", group.conditions),
    ]);
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** An SVG in base64 by full name; types of plug-ins without one are absent. */
export const iconsQuery = queryOptions({
  queryKey: ["plugins", "icons"],
  queryFn: async ({ signal }): Promise<ReadonlyMap<string, string>> => {
    const icons = await request<Record<string, { icon: string | null }>>("/api/v1/plugins/icons", {
      signal,
    });
    return new Map(
      Object.entries(icons).flatMap(([name, { icon }]) => (icon ? [[name, icon] as const] : [])),
    );
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export interface TypeDocumentation {
  cls: string;
  title: string;
  markdown: string;
  deprecated: string | null;
  aliases: string[];
  examples: { title: string; code: string }[];
  schema: {
    properties: {
      properties: object;
      /** What its tasks leave, by name. */
      outputs: { properties?: Record<string, { title?: string; description?: string }> };
      /** What the properties refer to. */
      definitions?: object;
    };
  };
}

export function documentationQuery(type: string) {
  return queryOptions({
    queryKey: ["plugins", "documentation", type],
    queryFn: ({ signal }) =>
      request<TypeDocumentation>(`/api/v1/plugins/${encodeURIComponent(type)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
