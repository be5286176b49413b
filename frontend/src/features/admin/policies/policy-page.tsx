/// One policy: written, tried on what is and what was, enforced.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import {
  changePolicy,
  deletePolicy,
  evaluatePolicy,
  evaluateStored,
  makePolicy,
  type Policy,
  type PolicyWish,
  policiesKey,
  policyQuery,
} from "@/api/policies";
import { useRights } from "@/api/rights";
import { Loaded } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { draftOf, EMPTY, type PolicyDraft, saysSomething, wishOf } from "./policy-draft";
import { PolicyForm } from "./policy-form";
import { PolicyShown } from "./policy-shown";
import { PreviewCard } from "./preview-card";

const LIST = "/$tenant/admin/policies";

export function NewPolicy() {
  const { tenant } = useParams({ from: "/$tenant/admin/policies/new" });
  const navigate = useNavigate();
  const make = useChange({
    change: (wish: PolicyWish) => makePolicy(tenant, wish),
    touches: [policiesKey(tenant)],
    said: "The policy is saved; it holds within two seconds.",
    onDone: ({ id }) =>
      void navigate({ to: "/$tenant/admin/policies/$policyId", params: { tenant, policyId: id } }),
  });
  return (
    <Section title="New policy" back={<Back tenant={tenant} />}>
      <Editor tenant={tenant} start={EMPTY} save={make} />
    </Section>
  );
}

export function PolicyPage() {
  const { tenant, policyId } = useParams({ from: "/$tenant/admin/policies/$policyId" });
  const policy = useQuery(policyQuery(tenant, policyId));
  return (
    <Loaded what="Policy" query={policy}>
      {(found) => <Shown key={JSON.stringify(found)} tenant={tenant} policy={found} />}
    </Loaded>
  );
}

function Back({ tenant }: { tenant: string }) {
  return (
    <Link to={LIST} params={{ tenant }}>
      Policies
    </Link>
  );
}

function Shown({ tenant, policy }: { tenant: string; policy: Policy }) {
  const rights = useRights(tenant);
  const navigate = useNavigate();
  const above = policy.scope === "INSTANCE";
  const mayEdit = !above && rights.somewhere.has("policy.edit");
  const touches = [policiesKey(tenant)];
  const save = useChange({
    change: (wish: PolicyWish) => changePolicy(tenant, policy.id, wish),
    touches,
    said: "The policy is saved; it holds within two seconds.",
  });
  return (
    <PolicyShown
      policy={policy}
      back={<Back tenant={tenant} />}
      setBy={above ? "Set by the instance" : undefined}
      mayEdit={mayEdit}
      enforcing={save.isPending}
      onEnforce={() => save.mutate({ ...wishOf(draftOf(policy)), mode: "ENFORCE" })}
      deletion={{
        change: () => deletePolicy(tenant, policy.id),
        touches,
        onDone: () => void navigate({ to: LIST, params: { tenant } }),
      }}
    >
      <Editor
        tenant={tenant}
        start={draftOf(policy)}
        save={save}
        stored={mayEdit ? undefined : policy.id}
      />
    </PolicyShown>
  );
}

interface EditorProps {
  tenant: string;
  start: PolicyDraft;
  save: { mutate: (wish: PolicyWish) => void; isPending: boolean; error: Error | null };
  /** The policy's id for those who may only look: they try it as it is stored. */
  stored?: string;
}

/** The form, and beside it what the policy would have done as it is written now. */
function Editor({ tenant, start, save, stored }: EditorProps) {
  const [draft, setDraft] = useState(start);
  const attempt = useChange({
    change: () => (stored ? evaluateStored(tenant, stored) : evaluatePolicy(tenant, tried(draft))),
    touches: [],
  });
  return (
    <div className={parts.stack}>
      <PolicyForm
        tenant={tenant}
        draft={draft}
        set={(more) => setDraft((before) => ({ ...before, ...more }))}
        onSave={() => save.mutate(wishOf(draft))}
        saving={save}
        readOnly={stored !== undefined}
      />
      <PreviewCard tenant={tenant} attempt={attempt} off={!saysSomething(draft)} />
    </div>
  );
}

/** A policy may be tried before it has a name. */
function tried(draft: PolicyDraft): PolicyWish {
  return { ...wishOf(draft), name: draft.name.trim() || "A policy without a name" };
}
