/// Makes or changes a connection: choose its type, fill the form that the type asks for.
import { Button, Group, Modal, Select, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import {
  type ConnectionDetail,
  type ConnectionType,
  connectionQuery,
  connectionTypesQuery,
  namespaceKeys,
  saveConnection,
} from "@/api/stores";
import classes from "@/features/namespaces/namespaces.module.css";
import { Markdown } from "@/ui/markdown";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";
import { ConnectionField } from "./connection-field";
import { type Filled, fieldsOf, filledFrom, valuesOf } from "./fields";

interface ConnectionDialogProps {
  tenant: string;
  namespace: string;
  name: string;
  onClose: () => void;
}

export function ConnectionDialog(props: ConnectionDialogProps) {
  const { tenant, namespace, name, onClose } = props;
  const fresh = name === "";
  const types = useQuery(connectionTypesQuery);
  const found = useQuery({ ...connectionQuery(tenant, namespace, name), enabled: !fresh });
  const error = types.error ?? found.error;
  const ready = types.data && (fresh || found.data);
  return (
    <Modal opened onClose={onClose} title={fresh ? "New connection" : name} size="lg">
      {error && <Problem error={error} />}
      {!ready && !error && <Skeleton height={200} />}
      {ready && <ConnectionForm {...props} types={types.data} found={found.data} />}
    </Modal>
  );
}

interface ConnectionFormProps extends ConnectionDialogProps {
  types: readonly ConnectionType[];
  found: ConnectionDetail | undefined;
}

function ConnectionForm({ tenant, namespace, name, types, found, onClose }: ConnectionFormProps) {
  const client = useQueryClient();
  const [id, setId] = useState(name);
  const [chosen, choose] = useState(found?.type ?? "");
  const [description, setDescription] = useState(found?.description ?? "");
  const type = types.find((one) => one.type === chosen);
  const fields = type ? fieldsOf(type) : [];
  const [changes, setChanges] = useState<Filled>({});
  const filled: Filled = { ...filledFrom(fields, found?.values ?? {}), ...changes };
  const save = useMutation({
    mutationFn: () =>
      saveConnection(
        tenant,
        namespace,
        { name: id.trim(), type: chosen, description, values: valuesOf(fields, filled) },
        found !== undefined,
      ),
    onSuccess: async () => {
      tell(`${id} is saved`);
      await client.invalidateQueries({ queryKey: namespaceKeys.one(tenant, namespace) });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.form} autoComplete="off">
      <Select
        label="Type"
        searchable
        required
        disabled={found !== undefined}
        data={types.map((one) => ({ value: one.type, label: `${one.type} – ${one.title}` }))}
        value={chosen || null}
        onChange={(value) => {
          choose(value ?? "");
          setChanges({});
        }}
      />
      {type?.description && <Markdown text={type.description} />}
      {type && (
        <>
          {found === undefined && (
            <TextInput
              label="Name"
              description="What tasks call it by"
              required
              value={id}
              onChange={(event) => setId(event.currentTarget.value)}
            />
          )}
          {fields.map((field) => (
            <ConnectionField
              key={field.name}
              field={field}
              kept={found?.secrets.includes(field.name) ?? false}
              value={filled[field.name] ?? ""}
              onChange={(value) => setChanges((before) => ({ ...before, [field.name]: value }))}
            />
          ))}
          <TextInput
            label="Description"
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
        </>
      )}
      {save.error && <Problem error={save.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={save.isPending} disabled={!type || !id.trim()}>
          Save
        </Button>
      </Group>
    </form>
  );
}
