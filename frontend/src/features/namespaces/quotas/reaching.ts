/// Which quotas a namespace has to keep to. Pure.
import type { Quota } from "@/api/limits";
import { ancestorsOf } from "@/features/namespaces/tree/branches";

/** The tenant's, those of the namespaces above, its own, and those of its flows; the widest first. */
export function quotasReaching(namespace: string, quotas: readonly Quota[]): Quota[] {
  const way: (string | null)[] = [null, ...ancestorsOf(namespace), namespace];
  const reaches = (quota: Quota) =>
    quota.flowId ? quota.namespace === namespace : way.includes(quota.namespace);
  const depth = (quota: Quota) => (quota.flowId ? way.length : way.indexOf(quota.namespace));
  return quotas.filter(reaches).sort((one, other) => depth(one) - depth(other));
}
