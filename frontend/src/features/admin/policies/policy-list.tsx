/// Policies: what flows and starts must be, in the tenant and in its namespaces.
import { IconGavel } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type Policy, policiesQuery } from "@/api/policies";
import { useRights } from "@/api/rights";
import { table } from "@/ui/tables";
import { Collection } from "../parts/collection";
import { Badge, Place } from "../parts/section";
import { EFFECT_TONES, EFFECTS, MODES, rulesInWords } from "./policy-words";

export function PolicyList() {
  const { tenant } = useParams({ from: "/$tenant/admin/policies" });
  const rights = useRights(tenant);
  const policies = useQuery({
    ...policiesQuery(tenant),
    select: ({ results }) => ({ results, total: results.length }),
  });
  return (
    <Collection
      title="Policies"
      lead="What flows and starts must be. A policy is asked when a flow is saved and when an execution is created, whoever or whatever does it."
      query={policies}
      columns={[
        { name: "Policy" },
        { name: "Where" },
        { name: "Effect", width: 100 },
        { name: "Mode", width: 110 },
      ]}
      icon={<IconGavel size={22} />}
      nothing={{
        title: "Everything is allowed",
        text: "A policy refuses what should not run, requires what must not be missing, or warns. Evaluate it first: it then stops nothing, and you see what it would have stopped.",
      }}
      add={
        rights.somewhere.has("policy.edit") && {
          word: "New policy",
          link: { to: "/$tenant/admin/policies/new", params: { tenant } },
        }
      }
      row={(policy) => <Row key={policy.id} tenant={tenant} policy={policy} />}
    />
  );
}

function Row({ tenant, policy }: { tenant: string; policy: Policy }) {
  return (
    <tr>
      <td data-wide>
        <span className={table.stack}>
          <Link
            to="/$tenant/admin/policies/$policyId"
            params={{ tenant, policyId: policy.id }}
            className={table.primary}
          >
            {policy.name}
          </Link>
          <span className={table.secondary}>
            {policy.description || rulesInWords(policy.rules)}
          </span>
        </span>
      </td>
      <td>
        {policy.scope === "INSTANCE" ? (
          <Badge tone="neutral">Set by the instance</Badge>
        ) : (
          <Place namespace={policy.namespace} />
        )}
      </td>
      <td>
        <Badge tone={EFFECT_TONES[policy.effect]}>{EFFECTS[policy.effect]}</Badge>
      </td>
      <td>
        <Badge tone={policy.mode === "ENFORCE" ? "success" : "neutral"}>{MODES[policy.mode]}</Badge>
      </td>
    </tr>
  );
}
