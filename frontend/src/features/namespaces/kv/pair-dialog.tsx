/// One value: looked at, and written if one may.
import { Button, Group, Modal, SimpleGrid, Skeleton, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { namespaceKeys, type PairValue, pairQuery, putPair } from "@/api/stores";
import classes from "@/features/namespaces/namespaces.module.css";
import { JsonTree } from "@/ui/json";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";

interface PairDialogProps {
  tenant: string;
  namespace: string;
  name: string;
  edits: boolean;
  onClose: () => void;
}

export function PairDialog(props: PairDialogProps) {
  const { tenant, namespace, name, edits, onClose } = props;
  const fresh = name === "";
  const { data, error } = useQuery({ ...pairQuery(tenant, namespace, name), enabled: !fresh });
  return (
    <Modal opened onClose={onClose} title={fresh ? "New key" : name} size="lg">
      {error && <Problem error={error} />}
      {!fresh && !data && !error && <Skeleton height={120} />}
      {(fresh || data) && edits && <Write {...props} found={data} />}
      {data && !edits && <JsonTree value={{ [data.type]: data.value }} open={3} />}
    </Modal>
  );
}

/** Text stands as it is unless it would be read as something else. */
export function writtenValue(found: PairValue | undefined): string {
  if (!found) return "";
  if (typeof found.value !== "string") return JSON.stringify(found.value, null, 2);
  return readsAsText(found.value) ? found.value : JSON.stringify(found.value);
}

function readsAsText(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

function Write({
  tenant,
  namespace,
  name,
  found,
  onClose,
}: PairDialogProps & { found?: PairValue }) {
  const client = useQueryClient();
  const [key, setKey] = useState(name);
  const [value, setValue] = useState(() => writtenValue(found));
  const [ttl, setTtl] = useState("");
  const [description, setDescription] = useState("");
  const put = useMutation({
    mutationFn: () => putPair(tenant, namespace, { key: key.trim(), value, ttl, description }),
    onSuccess: async () => {
      tell(`${key} is saved`);
      await client.invalidateQueries({ queryKey: namespaceKeys.one(tenant, namespace) });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate();
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      {name === "" && (
        <TextInput
          label="Key"
          required
          value={key}
          data-autofocus
          onChange={(event) => setKey(event.currentTarget.value)}
        />
      )}
      <Textarea
        label="Value"
        description="JSON keeps its type: 42, true, {…}. Other text is text."
        autosize
        minRows={4}
        maxRows={18}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        styles={{ input: { fontFamily: "var(--font-mono)" } }}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label="Gone after"
          description="ISO duration such as P7D; empty: never"
          value={ttl}
          onChange={(event) => setTtl(event.currentTarget.value)}
        />
        <TextInput
          label="Description"
          description="What it is for"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
      </SimpleGrid>
      {put.error && <Problem error={put.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={put.isPending} disabled={!key.trim() || value === ""}>
          Save
        </Button>
      </Group>
    </form>
  );
}
