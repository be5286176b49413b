/// What the editor knows: names of types at once, the schema when it has come, and what the namespace keeps.
import { useDebouncedValue } from "@mantine/hooks";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useMay } from "@/api/access";
import { namespacesQuery } from "@/api/namespaces";
import {
  documentationQuery,
  languageSchemaQuery,
  pluginTypesQuery,
  type TypeDocumentation,
} from "@/api/plugins";
import { inheritedSecretsQuery, pairsQuery } from "@/api/stores";
import { namespaceOf, taskTypes } from "@/editor/names";
import type { Catalogue } from "@/editor/suggest";
import { ancestorsOf } from "@/features/namespaces/tree/branches";
import { shortType } from "@/lib/text";
import { useLeftOutputs } from "./use-left-outputs";

const NO_TYPES = { tasks: [], triggers: [] };
const PAUSE = 500;

export function useCatalogue(tenant: string, source: string): Catalogue {
  const [settled] = useDebouncedValue(source, PAUSE);
  const { data: types } = useQuery(pluginTypesQuery);
  const { data: schema } = useQuery(languageSchemaQuery);
  const outputs = useOutputs(settled, types?.tasks);
  const left = useLeftOutputs(tenant, settled);
  const kept = useKept(tenant, namespaceOf(settled));
  return useMemo(
    () => ({ ...(types ?? NO_TYPES), schema, outputs, left, ...kept }),
    [types, schema, outputs, left, kept],
  );
}

/** Asked for the types that stand in the source, and only for those that there are. */
function useOutputs(source: string, known: readonly string[] | undefined) {
  const used = useMemo(() => {
    const names = new Set([...taskTypes(source).values()].map(shortType));
    return [...names].filter((name) => known?.includes(name)).sort();
  }, [source, known]);
  return useQueries({
    queries: used.map((name) => ({ ...documentationQuery(name), retry: false })),
    combine: asOutputs,
  });
}

function asOutputs(answers: readonly { data?: TypeDocumentation | undefined }[]) {
  return new Map(
    answers.flatMap(({ data }) =>
      data
        ? [
            [
              shortType(data.cls),
              Object.keys(data.schema.properties.outputs.properties ?? {}),
            ] as const,
          ]
        : [],
    ),
  );
}

/** A namespace that is not there yet sees what the nearest one above it keeps. */
function useKept(tenant: string, namespace: string | undefined) {
  const { data } = useQuery(namespacesQuery(tenant));
  const known = new Set(data?.results.map((one) => one.id));
  const way = namespace ? [namespace, ...ancestorsOf(namespace).toReversed()] : [];
  const of = way.find((one) => known.has(one)) ?? "";
  const may = useMay(tenant, of || undefined);
  const secrets = useQuery({
    ...inheritedSecretsQuery(tenant, of),
    enabled: of !== "" && may("secret.view"),
  });
  const pairs = useQuery({
    ...pairsQuery(tenant, of),
    enabled: of !== "" && may("kv.view"),
    retry: false,
  });
  return useMemo(
    () => ({
      secrets: [...new Set(Object.values(secrets.data ?? {}).flat())].sort(),
      pairs: (pairs.data ?? []).map((one) => one.key).sort(),
    }),
    [secrets.data, pairs.data],
  );
}
