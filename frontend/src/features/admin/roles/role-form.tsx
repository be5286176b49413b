/// A role as a form: name, description, and the table of permissions.
import { Button, Checkbox, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { Role, RoleFacts } from "@/api/roles";
import { plural } from "@/lib/text";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { PermissionMatrix } from "../parts/permission-matrix";
import { difference } from "../parts/permissions";

export interface RoleFormProps {
  catalogue: readonly string[];
  start: Pick<Role, "name" | "description" | "isDefault" | "actions">;
  /** Absent: the role is only read. */
  onSave?: (facts: RoleFacts) => void;
  verb: string;
  busy: boolean;
  error: Error | null;
  /** A new role may be saved as it began; one that exists only when something changed. */
  fresh?: boolean;
}

export function RoleForm({ catalogue, start, onSave, verb, busy, error, fresh }: RoleFormProps) {
  const [name, setName] = useState(start.name);
  const [description, setDescription] = useState(start.description);
  const [isDefault, setDefault] = useState(start.isDefault);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(start.actions));
  const change = difference(start.actions, chosen);
  const facts = name !== start.name || description !== start.description;
  const changed =
    facts ||
    isDefault !== start.isDefault ||
    change.added.length + change.removed.length > 0 ||
    fresh === true;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave?.({ name: name.trim(), description, isDefault, permissions: [...chosen] });
  };
  return (
    <form className={parts.stack} onSubmit={submit}>
      {error && <Problem error={error} />}
      {onSave && (
        <Card>
          <div className={parts.form} style={{ maxWidth: 560 }}>
            <TextInput
              label="Name"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={150}
              required
            />
            <Textarea
              label="Description"
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
              autosize
              minRows={1}
              maxRows={5}
            />
            <Checkbox
              size="xs"
              label="Give this role to everybody who is let into the tenant"
              checked={isDefault}
              onChange={(event) => setDefault(event.currentTarget.checked)}
            />
          </div>
        </Card>
      )}
      <Card title="Permissions" flush>
        <PermissionMatrix
          label="Permissions"
          catalogue={catalogue}
          chosen={chosen}
          onChange={onSave && setChosen}
        />
      </Card>
      {onSave && (
        <div className={parts.formEnd} style={{ alignItems: "center" }}>
          <span className={parts.note} role="status">
            {summary(change, fresh)}
          </span>
          <Button
            type="submit"
            loading={busy}
            disabled={!changed || !name.trim() || chosen.size === 0}
          >
            {verb}
          </Button>
        </div>
      )}
    </form>
  );
}

function summary(change: ReturnType<typeof difference>, fresh: boolean | undefined): string {
  if (fresh) return "";
  const words = [
    change.added.length > 0 ? `adds ${change.added.join(", ")}` : "",
    change.removed.length > 0 ? `removes ${change.removed.join(", ")}` : "",
  ].filter(Boolean);
  if (words.length === 0) return "";
  const count = change.added.length + change.removed.length;
  return count > 8 ? `Changes ${plural(count, "permission")}.` : `This ${words.join(" and ")}.`;
}
