/// The catalogue of task and trigger types, for completion in the editor.
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
