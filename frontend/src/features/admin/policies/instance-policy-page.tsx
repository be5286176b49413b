/// One policy of the instance: written, tried on all tenants, enforced.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import {
  changeInstancePolicy,
  deleteInstancePolicy,
  type InstancePolicy,
  type InstancePolicyWish,
  instancePoliciesKey,
  instancePolicyQuery,
  makeInstancePolicy,
  tryInstancePolicy,
} from "@/api/instance-policies";
import { Loaded } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { InstancePreview } from "./instance-preview";
import {
  draftOfInstance,
  EMPTY,
  instanceWishOf,
  type PolicyDraft,
  saysSomething,
} from "./policy-draft";
import { PolicyForm } from "./policy-form";
import { PolicyShown } from "./policy-shown";

const LIST = "/$tenant/admin/instance-policies";
const SAVED = "The policy is saved; it holds within two seconds.";

export function NewInstancePolicy() {
  const { tenant } = useParams({ from: "/$tenant/admin/instance-policies/new" });
  const navigate = useNavigate();
  const make = useChange({
    change: (wish: InstancePolicyWish) => makeInstancePolicy(wish),
    // Tenants list it too.
    touches: [instancePoliciesKey, [tenant, "policies"]],
    said: SAVED,
    onDone: ({ id }) =>
      void navigate({
        to: "/$tenant/admin/instance-policies/$policyId",
        params: { tenant, policyId: id },
      }),
  });
  return (
    <Section title="New instance policy" back={<Back tenant={tenant} />}>
      <Editor start={EMPTY} save={make} />
    </Section>
  );
}

export function InstancePolicyPage() {
  const { tenant, policyId } = useParams({ from: "/$tenant/admin/instance-policies/$policyId" });
  const policy = useQuery(instancePolicyQuery(policyId));
  return (
    <Loaded what="Policy" query={policy}>
      {(found) => <Shown key={JSON.stringify(found)} tenant={tenant} policy={found} />}
    </Loaded>
  );
}

function Back({ tenant }: { tenant: string }) {
  return (
    <Link to={LIST} params={{ tenant }}>
      Instance policies
    </Link>
  );
}

function Shown({ tenant, policy }: { tenant: string; policy: InstancePolicy }) {
  const navigate = useNavigate();
  const touches = [instancePoliciesKey, [tenant, "policies"]];
  const save = useChange({
    change: (wish: InstancePolicyWish) => changeInstancePolicy(policy.id, wish),
    touches,
    said: SAVED,
  });
  const draft = draftOfInstance(policy);
  return (
    <PolicyShown
      policy={policy}
      back={<Back tenant={tenant} />}
      mayEdit
      enforcing={save.isPending}
      onEnforce={() => save.mutate({ ...instanceWishOf(draft), mode: "ENFORCE" })}
      deletion={{
        change: () => deleteInstancePolicy(policy.id),
        touches,
        onDone: () => void navigate({ to: LIST, params: { tenant } }),
      }}
    >
      <Editor start={draft} save={save} />
    </PolicyShown>
  );
}

interface EditorProps {
  start: PolicyDraft;
  save: {
    mutate: (wish: InstancePolicyWish) => void;
    isPending: boolean;
    error: Error | null;
  };
}

function Editor({ start, save }: EditorProps) {
  const [draft, setDraft] = useState(start);
  const attempt = useChange({
    change: () =>
      tryInstancePolicy({
        ...instanceWishOf(draft),
        name: draft.name.trim() || "A policy without a name",
      }),
    touches: [],
  });
  return (
    <div className={parts.stack}>
      <PolicyForm
        draft={draft}
        set={(more) => setDraft((before) => ({ ...before, ...more }))}
        onSave={() => save.mutate(instanceWishOf(draft))}
        saving={save}
      />
      <InstancePreview attempt={attempt} off={!saysSomething(draft)} />
    </div>
  );
}
