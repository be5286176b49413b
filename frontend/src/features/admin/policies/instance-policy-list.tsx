/// Policies of the instance: what flows and starts must be in every tenant.
import { IconGavel } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type InstancePolicy, instancePoliciesQuery } from "@/api/instance-policies";
import { table } from "@/ui/tables";
import { Collection } from "../parts/collection";
import { Badge } from "../parts/section";
import { EFFECT_TONES, EFFECTS, MODES, rulesInWords } from "./policy-words";

export function InstancePolicyList() {
  const { tenant } = useParams({ from: "/$tenant/admin/instance-policies" });
  const policies = useQuery(instancePoliciesQuery);
  return (
    <Collection
      title="Instance policies"
      lead="What flows and starts must be in every tenant. Tenants see these policies and cannot change them."
      query={policies}
      columns={[
        { name: "Policy" },
        { name: "Tenants" },
        { name: "Effect", width: 100 },
        { name: "Mode", width: 110 },
      ]}
      icon={<IconGavel size={22} />}
      nothing={{
        title: "Each tenant makes its own rules",
        text: "A policy here holds in all of them: images that nobody may run, labels that everybody needs, a freeze. Evaluate it first: it then stops nothing, and you see in how many places it would have.",
      }}
      add={{
        word: "New policy",
        link: { to: "/$tenant/admin/instance-policies/new", params: { tenant } },
      }}
      row={(policy) => <Row key={policy.id} tenant={tenant} policy={policy} />}
    />
  );
}

function Row({ tenant, policy }: { tenant: string; policy: InstancePolicy }) {
  return (
    <tr>
      <td data-wide>
        <span className={table.stack}>
          <Link
            to="/$tenant/admin/instance-policies/$policyId"
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
      <td>{policy.tenants ? policy.tenants.join(", ") : "All tenants"}</td>
      <td>
        <Badge tone={EFFECT_TONES[policy.effect]}>{EFFECTS[policy.effect]}</Badge>
      </td>
      <td>
        <Badge tone={policy.mode === "ENFORCE" ? "success" : "neutral"}>{MODES[policy.mode]}</Badge>
      </td>
    </tr>
  );
}
