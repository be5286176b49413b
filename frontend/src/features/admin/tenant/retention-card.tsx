/// How long a tenant or a namespace keeps what has ended.
import { Button, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  type Retention,
  type RetentionKind,
  retentionQuery,
  setRetention,
  tenantKey,
} from "@/api/tenant";
import { plural } from "@/lib/text";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { TableFrame } from "../parts/listing";
import { LoadedPart } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { useChange } from "../parts/use-change";
import { changesOf, draftOf, KIND_WORDS, kindsOf, leastOf, shortened } from "./retention-draft";
import classes from "./tenant.module.css";

interface RetentionCardProps {
  tenant: string;
  /** Absent: the tenant as a whole. */
  namespace?: string;
  mayEdit?: boolean;
}

export function RetentionCard({ tenant, namespace, mayEdit = true }: RetentionCardProps) {
  const retention = useQuery(retentionQuery(tenant, namespace));
  return (
    <Card title="How long things are kept" flush>
      <LoadedPart query={retention}>
        {(found) => (
          <Days
            key={JSON.stringify(found)}
            tenant={tenant}
            namespace={namespace}
            mayEdit={mayEdit}
            retention={found}
          />
        )}
      </LoadedPart>
    </Card>
  );
}

interface DaysProps {
  tenant: string;
  namespace: string | undefined;
  mayEdit: boolean;
  retention: Retention;
}

function Days({ tenant, namespace, mayEdit, retention }: DaysProps) {
  const [draft, setDraft] = useState(() => draftOf(retention));
  const [asking, setAsking] = useState(false);
  const save = useChange({
    change: () => setRetention(tenant, namespace, changesOf(retention, draft)),
    touches: [tenantKey(tenant)],
    said: "It is applied within the hour.",
    onDone: () => setAsking(false),
  });
  const shorter = shortened(retention, draft);
  const changed = Object.keys(changesOf(retention, draft)).length > 0;
  return (
    <>
      {save.error && !asking && <Problem error={save.error} />}
      <TableFrame
        inCard
        label="How long things are kept"
        columns={[{ name: "What", width: 150 }, { name: "Kept for" }, { name: "Holds now" }]}
      >
        {kindsOf(retention).map((kind) => (
          <Row
            key={kind}
            kind={kind}
            retention={retention}
            days={draft[kind] ?? null}
            namespace={namespace}
            mayEdit={mayEdit}
            onChange={(days) => setDraft({ ...draft, [kind]: days })}
          />
        ))}
      </TableFrame>
      <div className={parts.cardEnd}>
        <span className={parts.choiceHint}>
          {namespace ? "Empty follows what is above." : "Namespaces can be stricter."} Nothing is
          kept longer than the instance keeps it.
        </span>
        {mayEdit && (
          <Button
            disabled={!changed}
            loading={save.isPending}
            onClick={() => (shorter.length > 0 ? setAsking(true) : save.mutate())}
          >
            Save
          </Button>
        )}
      </div>
      <Confirm
        opened={asking}
        danger
        title="Keep less?"
        verb="Keep less"
        busy={save.isPending}
        onConfirm={() => save.mutate()}
        onClose={() => setAsking(false)}
      >
        {save.error && <Problem error={save.error} />}
        {shorter.map((kind) => KIND_WORDS[kind]).join(", ")}: what is older goes within the hour,
        and does not come back.
      </Confirm>
    </>
  );
}

interface RowProps {
  kind: RetentionKind;
  retention: Retention;
  days: number | null;
  namespace: string | undefined;
  mayEdit: boolean;
  onChange: (days: number | null) => void;
}

/** Who said how long: nearer places win. */
function saidBy(source: string, namespace: string | undefined): string {
  if (source === "instance") return "the instance";
  if (source === "tenant") return namespace ? "the tenant" : "this tenant";
  return source === namespace ? "this namespace" : source;
}

function Row({ kind, retention, days, namespace, mayEdit, onChange }: RowProps) {
  const { effective, source } = retention[kind] ?? { effective: 0, source: "instance" };
  const most = retention.limits[kind];
  return (
    <tr>
      <td data-grow className={table.primary}>
        {KIND_WORDS[kind]}
      </td>
      <td>
        <span className={classes.days}>
          <NumberInput
            size="xs"
            readOnly={!mayEdit}
            aria-label={`Days for ${KIND_WORDS[kind].toLowerCase()}`}
            placeholder={String(most)}
            min={leastOf(kind)}
            max={most}
            allowDecimal={false}
            allowNegative={false}
            value={days ?? ""}
            onChange={(next) => onChange(next === "" ? null : Number(next))}
          />
          <span className={table.secondary}>
            {leastOf(kind)} to {plural(most, "day")}
          </span>
        </span>
      </td>
      <td className={table.secondary}>
        {plural(effective, "day")}, by {saidBy(source, namespace)}
      </td>
    </tr>
  );
}
