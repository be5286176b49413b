/// Makes a namespace, with those above it that are missing.
import { Button, Group, Modal, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { createNamespace } from "@/api/namespaces";
import classes from "@/features/namespaces/namespaces.module.css";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";

export function NewNamespace({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [id, setId] = useState("");
  const [description, setDescription] = useState("");
  const create = useMutation({
    mutationFn: () => createNamespace(tenant, id.trim(), description),
    onSuccess: async () => {
      tell(`${id} is there`);
      await client.invalidateQueries({ queryKey: [tenant, "namespaces"] });
      await navigate({
        to: "/$tenant/namespaces/$namespaceId",
        params: { tenant, namespaceId: id.trim() },
      });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Modal opened onClose={onClose} title="New namespace">
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          label="Path"
          description="Words with dots between them: rights on company hold for company.data too."
          placeholder="company.data"
          value={id}
          required
          data-autofocus
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <Textarea
          label="Description"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        {create.error && <Problem error={create.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={!id.trim()}>
            Create
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
