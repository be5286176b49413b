/// A new quota, or another limit for one.
import { Button, Modal, Select, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { QUOTA_KINDS, type Quota, type QuotaKind, type QuotaWish } from "@/api/limits";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { NamespacePicker } from "../parts/pickers";
import { amountWords, KINDS, policyWords, readAmount } from "./amounts";

export interface QuotaDialogProps {
  tenant: string;
  /** The one that changes; absent: a new one. */
  quota?: Quota;
  /** Where a new one stands to begin with. */
  namespace?: string;
  /** A ceiling of the instance stands on the whole tenant. */
  ofInstance?: boolean;
  change: { mutate: (wish: QuotaWish) => void; isPending: boolean; error: Error | null };
  onClose: () => void;
}

export function QuotaDialog(props: QuotaDialogProps) {
  const { tenant, quota, ofInstance, change, onClose } = props;
  const [kind, setKind] = useState<QuotaKind>(quota?.kind ?? "RUNNING_EXECUTIONS");
  const [text, setText] = useState(quota ? String(quota.limit) : "");
  const [policy, setPolicy] = useState(quota?.policy ?? KINDS[kind].policies[0]);
  const [namespace, setNamespace] = useState(props.namespace);
  const [flowId, setFlowId] = useState("");
  const words = KINDS[kind];
  const limit = readAmount(kind, text);
  const below = !quota && !ofInstance && words.places !== "tenant";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (limit === undefined) return;
    const flow = below && words.places === "any" && namespace ? flowId.trim() : "";
    change.mutate({
      kind,
      limit,
      policy,
      namespace: below ? namespace : undefined,
      flowId: flow || undefined,
    });
  };
  return (
    <Modal opened onClose={onClose} title={quota ? `Limit of ${words.label}` : "New quota"}>
      <form className={parts.form} onSubmit={submit}>
        {change.error && <Problem error={change.error} />}
        {!quota && (
          <Select
            label="What is counted"
            value={kind}
            allowDeselect={false}
            data={QUOTA_KINDS.map((one) => ({ value: one, label: KINDS[one].label }))}
            onChange={(next) => {
              const chosen = QUOTA_KINDS.find((one) => one === next) ?? kind;
              setKind(chosen);
              setPolicy(KINDS[chosen].policies[0]);
            }}
          />
        )}
        <TextInput
          label="Limit"
          description={
            words.unit === "bytes"
              ? "Such as 500 MB or 20 GB."
              : "A number; 0 lets nothing through."
          }
          error={text && limit === undefined ? "This is not an amount." : undefined}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          required
          data-autofocus
        />
        {words.unit === "bytes" && limit !== undefined && (
          <p className={parts.note}>{amountWords(kind, limit)}</p>
        )}
        {words.policies.length > 1 && (
          <Select
            label="Beyond it"
            value={policy}
            allowDeselect={false}
            data={words.policies.map((one) => ({ value: one, label: policyWords(one) }))}
            onChange={(next) => setPolicy(next ?? policy)}
          />
        )}
        {below && (
          <NamespacePicker
            tenant={tenant}
            label="Namespace"
            description="It holds for everything below together; empty means the whole tenant."
            value={namespace}
            onChange={setNamespace}
          />
        )}
        {below && words.places === "any" && namespace && (
          <TextInput
            label="Flow"
            description="The id of one flow; empty means every flow of the namespace."
            value={flowId}
            onChange={(event) => setFlowId(event.currentTarget.value)}
          />
        )}
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending} disabled={limit === undefined}>
            {quota ? "Save" : "Set the quota"}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
