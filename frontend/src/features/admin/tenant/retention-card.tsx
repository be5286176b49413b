/// How long a tenant keeps what has ended.
import { Button, NumberInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  RETENTION_KINDS,
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
import { changesOf, draftOf, KIND_WORDS, leastOf, shortened } from "./retention-draft";
import classes from "./tenant.module.css";

export function RetentionCard({ tenant }: { tenant: string }) {
  const retention = useQuery(retentionQuery(tenant));
  return (
    <Card title="How long things are kept" flush>
      <LoadedPart query={retention}>
        {(found) => <Days key={JSON.stringify(found)} tenant={tenant} retention={found} />}
      </LoadedPart>
    </Card>
  );
}

function Days({ tenant, retention }: { tenant: string; retention: Retention }) {
  const [draft, setDraft] = useState(() => draftOf(retention));
  const [asking, setAsking] = useState(false);
  const save = useChange({
    change: () => setRetention(tenant, changesOf(retention, draft)),
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
        {RETENTION_KINDS.map((kind) => (
          <Row
            key={kind}
            kind={kind}
            retention={retention}
            days={draft[kind]}
            onChange={(days) => setDraft({ ...draft, [kind]: days })}
          />
        ))}
      </TableFrame>
      <div className={parts.cardEnd}>
        <span className={parts.choiceHint}>
          Namespaces can be stricter. Nothing is kept longer than the instance keeps it.
        </span>
        <Button
          disabled={!changed}
          loading={save.isPending}
          onClick={() => (shorter.length > 0 ? setAsking(true) : save.mutate())}
        >
          Save
        </Button>
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
  onChange: (days: number | null) => void;
}

function Row({ kind, retention, days, onChange }: RowProps) {
  const { effective, source } = retention[kind];
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
        {plural(effective, "day")}, by {source === "tenant" ? "this tenant" : "the instance"}
      </td>
    </tr>
  );
}
