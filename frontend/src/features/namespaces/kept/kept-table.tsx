/// What a namespace keeps under names (secrets, values, connections): rows, each of which can go.
import { ActionIcon, Group, Tooltip } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { namespaceKeys } from "@/api/stores";
import { Confirm } from "@/ui/confirm";
import { table } from "@/ui/tables";
import { tell, tellProblem } from "@/ui/toast";

export interface KeptTableProps<T> {
  tenant: string;
  namespace: string;
  columns: readonly string[];
  rows: readonly T[];
  nameOf: (row: T) => string;
  /** Where several rows may have one name. */
  keyOf?: (row: T) => string;
  /** One cell for each column. */
  cells: (row: T) => ReactNode;
  /** What else can be done with a row, before deleting it. */
  verbs?: (row: T) => ReactNode;
  deletes: (row: T) => boolean;
  remove: (name: string) => Promise<unknown>;
  /** What deleting one does to those who read it. */
  consequence: string;
}

export function KeptTable<T>(props: KeptTableProps<T>) {
  const { tenant, namespace, columns, rows, nameOf, keyOf } = props;
  const { cells, verbs, deletes, consequence } = props;
  const client = useQueryClient();
  const [going, setGoing] = useState<string>();
  const remove = useMutation({
    mutationFn: props.remove,
    onSuccess: (_, name) => tell(`${name} is deleted`),
    onError: tellProblem,
    onSettled: () => {
      setGoing(undefined);
      return client.invalidateQueries({ queryKey: namespaceKeys.one(tenant, namespace) });
    },
  });
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name}>{name}</th>
            ))}
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf?.(row) ?? nameOf(row)}>
              {cells(row)}
              <td className={table.end}>
                <Group gap={6} justify="flex-end" wrap="nowrap">
                  {verbs?.(row)}
                  {deletes(row) && (
                    <DeleteButton name={nameOf(row)} onClick={() => setGoing(nameOf(row))} />
                  )}
                </Group>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        opened={going !== undefined}
        title={`Delete ${going ?? ""}?`}
        verb="Delete"
        danger
        busy={remove.isPending}
        onConfirm={() => going && remove.mutate(going)}
        onClose={() => setGoing(undefined)}
      >
        {consequence}
      </Confirm>
    </div>
  );
}

function DeleteButton({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <Tooltip label="Delete">
      <ActionIcon aria-label={`Delete ${name}`} onClick={onClick}>
        <IconTrash size={15} />
      </ActionIcon>
    </Tooltip>
  );
}
