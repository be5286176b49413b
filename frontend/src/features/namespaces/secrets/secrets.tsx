/// Secrets of a namespace: written and replaced here, never shown again.
import { ActionIcon, Button, Group, Modal, PasswordInput, TextInput, Tooltip } from "@mantine/core";
import { IconKey, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useMay } from "@/api/access";
import {
  deleteSecret,
  inheritedSecretsQuery,
  namespaceKeys,
  putSecret,
  type SecretFacts,
  secretsQuery,
} from "@/api/stores";
import { Kept, KeptBar, KeptTable, NewButton } from "@/features/namespaces/kept";
import classes from "@/features/namespaces/namespaces.module.css";
import { Card } from "@/ui/card";
import { Copy } from "@/ui/copy";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { tell } from "@/ui/toast";
import { When } from "@/ui/when";

/** An empty key means a new one. */
type Writing = { key: string; description: string } | undefined;

export function Secrets() {
  const { tenant, namespaceId } = useParams({ from: "/$tenant/namespaces/$namespaceId/secrets" });
  const secrets = useQuery(secretsQuery(tenant, namespaceId));
  const may = useMay(tenant, namespaceId);
  const [writing, write] = useState<Writing>();
  const edits = may("secret.edit") && secrets.data?.readOnly === false;
  const rows = secrets.data?.results ?? [];
  const add = <NewButton what="secret" onClick={() => write({ key: "", description: "" })} />;
  return (
    <div className={`${classes.tab} ${classes.stack}`}>
      <KeptBar add={edits && rows.length > 0 && add}>
        <p className={classes.hint} style={{ margin: 0 }}>
          A value is written once and never shown again, masked in logs, and kept encrypted.
        </p>
      </KeptBar>
      <Kept
        query={secrets}
        count={rows.length}
        empty={
          <Empty
            icon={<IconKey size={22} />}
            title="No secret in this namespace"
            action={edits && add}
          >
            Flows here and below read one as <code>{"{{ secret('NAME') }}"}</code>.
          </Empty>
        }
      >
        <SecretTable
          tenant={tenant}
          namespace={namespaceId}
          rows={rows}
          onReplace={edits ? write : undefined}
          deletes={may("secret.delete") && edits}
        />
      </Kept>
      <Inherited tenant={tenant} namespace={namespaceId} />
      {writing && (
        <WriteSecret
          tenant={tenant}
          namespace={namespaceId}
          first={writing}
          onClose={() => write(undefined)}
        />
      )}
    </div>
  );
}

interface SecretTableProps {
  tenant: string;
  namespace: string;
  rows: readonly SecretFacts[];
  onReplace: ((writing: Writing) => void) | undefined;
  deletes: boolean;
}

function SecretTable({ tenant, namespace, rows, onReplace, deletes }: SecretTableProps) {
  return (
    <KeptTable
      tenant={tenant}
      namespace={namespace}
      columns={["Name", "Description", "Version", "Changed"]}
      rows={rows}
      nameOf={(row) => row.key}
      deletes={() => deletes}
      remove={(key) => deleteSecret(tenant, namespace, key)}
      consequence="Flows that read it fail from now on. The value cannot be brought back."
      verbs={(row) => onReplace && <ReplaceButton row={row} onReplace={onReplace} />}
      cells={(row) => (
        <>
          <td data-grow>
            <span className={classes.level}>
              <span className={`mono ${table.primary}`}>{row.key}</span>
              <Copy text={`{{ secret('${row.key}') }}`} what="the expression" />
            </span>
          </td>
          <td className={table.secondary}>{row.description}</td>
          <td className="numeric" data-desktop>
            {row.version}
          </td>
          <td data-label="Changed" className={table.secondary}>
            <When at={row.updatedAt} />
          </td>
        </>
      )}
    />
  );
}

interface ReplaceButtonProps {
  row: SecretFacts;
  onReplace: (writing: Writing) => void;
}

function ReplaceButton({ row: { key, description }, onReplace }: ReplaceButtonProps) {
  return (
    <Tooltip label="Replace the value">
      <ActionIcon
        aria-label={`Replace the value of ${key}`}
        onClick={() => onReplace({ key, description })}
      >
        <IconRefresh size={15} />
      </ActionIcon>
    </Tooltip>
  );
}

function Inherited({ tenant, namespace }: { tenant: string; namespace: string }) {
  const { data } = useQuery(inheritedSecretsQuery(tenant, namespace));
  const above = Object.entries(data ?? {}).filter(([path]) => path !== namespace);
  if (above.length === 0) return null;
  return (
    <Card title="Also there, from above" flush>
      <ul className={classes.rows}>
        {above.flatMap(([path, keys]) =>
          keys.map((key) => (
            <li key={`${path}/${key}`}>
              <span className="mono">{key}</span>
              <span className={classes.quiet}>{path}</span>
            </li>
          )),
        )}
      </ul>
    </Card>
  );
}

interface WriteSecretProps {
  tenant: string;
  namespace: string;
  first: { key: string; description: string };
  onClose: () => void;
}

function WriteSecret({ tenant, namespace, first, onClose }: WriteSecretProps) {
  const client = useQueryClient();
  const [key, setKey] = useState(first.key);
  const [value, setValue] = useState("");
  const [description, setDescription] = useState(first.description);
  const known = first.key !== "";
  const put = useMutation({
    mutationFn: () => putSecret(tenant, namespace, { key: key.trim(), value, description }),
    onSuccess: async () => {
      tell(known ? `${key} has a new value` : `${key} is kept`);
      await client.invalidateQueries({ queryKey: namespaceKeys.one(tenant, namespace) });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={known ? `Replace ${first.key}` : "New secret"}>
      <form onSubmit={submit} className={classes.form} autoComplete="off">
        {!known && (
          <TextInput
            label="Name"
            placeholder="API_TOKEN"
            value={key}
            required
            data-autofocus
            onChange={(event) => setKey(event.currentTarget.value)}
            styles={{ input: { fontFamily: "var(--font-mono)" } }}
          />
        )}
        <PasswordInput
          size="xs"
          label="Value"
          description="It cannot be read here again."
          value={value}
          required
          data-autofocus={known || undefined}
          autoComplete="new-password"
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <TextInput
          label="Description"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {put.error && <Problem error={put.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={put.isPending} disabled={!key.trim() || !value}>
            {known ? "Replace" : "Keep it"}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
