/// What the one who is signed in may do; what they may not do is absent from the page.
import { queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import { request, tenantPath } from "./client";

interface Rights {
  namespace: string | null;
  actions: string[];
  /** What is allowed in the whole tenant. */
  everywhere?: string[];
}

/** In a namespace; without one, what is allowed in at least one. */
export function rightsQuery(tenant: string, namespace?: string) {
  return queryOptions({
    queryKey: [tenant, "rights", namespace ?? null],
    queryFn: ({ signal }) =>
      request<Rights>(tenantPath(tenant, "access", "mine"), {
        query: namespace ? [["namespace", namespace]] : [],
        signal,
      }),
    staleTime: 60_000,
    retry: false,
  });
}

export type May = (action: string) => boolean;

const NOTHING: May = () => false;

/** While the answer is on its way nothing is offered, so that no button appears and goes again. */
export function useMay(tenant: string, namespace?: string): May {
  const { data } = useQuery(rightsQuery(tenant, namespace));
  return data ? (action) => data.actions.includes(action) : NOTHING;
}

export type MayIn = (namespace: string, action: string) => boolean;

/**
 * For lists over many namespaces. What holds in the whole tenant, or nowhere in it, is known from
 * one answer; each namespace is asked about only when it matters.
 */
export function useMayIn(
  tenant: string,
  namespaces: readonly string[],
  actions: readonly string[],
): MayIn {
  const { data: mine } = useQuery(rightsQuery(tenant));
  const everywhere = new Set(mine?.everywhere);
  const partly = actions.some((one) => mine?.actions.includes(one) && !everywhere.has(one));
  const asked = partly ? [...new Set(namespaces)] : [];
  const answers = useQueries({ queries: asked.map((one) => rightsQuery(tenant, one)) });
  const allowed = new Map(asked.map((one, at) => [one, new Set(answers[at]?.data?.actions)]));
  return (namespace, action) =>
    everywhere.has(action) || (allowed.get(namespace)?.has(action) ?? false);
}
