/// Gives somebody of the tenant, or a group, a role on a namespace.
import { Button, Group, Modal, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { bindingKeys, createBinding, findPrincipals, rolesQuery } from "@/api/people";
import classes from "@/features/namespaces/namespaces.module.css";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";

interface AddMemberProps {
  tenant: string;
  namespace: string;
  onClose: () => void;
}

export function AddMember({ tenant, namespace, onClose }: AddMemberProps) {
  const client = useQueryClient();
  const [typed, setTyped] = useState("");
  const [asked] = useDebouncedValue(typed, 200);
  const [who, setWho] = useState<string | null>(null);
  const [role, setRole] = useState<string | null>(null);
  const roles = useQuery(rolesQuery(tenant));
  const found = useQuery({
    queryKey: [tenant, "principals", asked],
    queryFn: ({ signal }) => findPrincipals(tenant, asked, signal),
    placeholderData: keepPreviousData,
  });
  const chosen = found.data?.find((one) => one.id === who);
  const add = useMutation({
    mutationFn: () =>
      createBinding(tenant, {
        type: chosen?.kind ?? "USER",
        externalId: who ?? "",
        roleId: role ?? "",
        namespaceId: namespace,
      }),
    onSuccess: async () => {
      tell("The role is given");
      await client.invalidateQueries({ queryKey: bindingKeys.all(tenant) });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  const error = add.error ?? found.error ?? roles.error;
  return (
    <Modal opened onClose={onClose} title={`Add somebody to ${namespace}`}>
      <form onSubmit={submit} className={classes.form}>
        <Select
          label="Who"
          description="People, service accounts and groups of this tenant"
          searchable
          required
          data={(found.data ?? []).map((one) => ({
            value: one.id,
            label: one.kind === "GROUP" ? `${one.name} (group)` : one.name,
          }))}
          filter={({ options }) => options}
          nothingFoundMessage="Nobody of this name"
          searchValue={typed}
          onSearchChange={setTyped}
          value={who}
          onChange={setWho}
        />
        <Select
          label="Role"
          required
          data={(roles.data?.results ?? []).map((one) => ({
            value: one.id,
            label: one.description ? `${one.name} – ${one.description}` : one.name,
          }))}
          value={role}
          onChange={setRole}
        />
        {error && <Problem error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!who || !role}>
            Give the role
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
