/// The key-value store of a namespace: values that outlive executions.
import { ActionIcon, Button, Group, TextInput, Tooltip } from "@mantine/core";
import { IconDatabase, IconPlus, IconSearch, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import { deletePair, namespaceKeys, type Pair, pairsQuery } from "@/api/stores";
import classes from "@/features/namespaces/namespaces.module.css";
import { Confirm } from "@/ui/confirm";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { tell, tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { PairDialog } from "./pair-dialog";

export function Pairs() {
  const { tenant, namespaceId } = useParams({ from: "/$tenant/namespaces/$namespaceId/kv" });
  const pairs = useQuery(pairsQuery(tenant, namespaceId));
  const edits = useMay(tenant, namespaceId)("kv.edit");
  const [wanted, setWanted] = useState("");
  /** An empty key means a new one. */
  const [opened, open] = useState<string>();
  const all = pairs.data ?? [];
  const rows = all.filter((one) => one.key.toLowerCase().includes(wanted.trim().toLowerCase()));
  return (
    <div className={classes.tab}>
      <div className={classes.bar}>
        <TextInput
          className={classes.searchBox}
          aria-label="Search keys"
          placeholder="Search keys"
          leftSection={<IconSearch size={14} />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        {edits && (
          <Button
            className={classes.end}
            leftSection={<IconPlus size={15} />}
            onClick={() => open("")}
          >
            New key
          </Button>
        )}
      </div>
      {pairs.error && <Problem error={pairs.error} onRetry={() => void pairs.refetch()} />}
      {rows.length > 0 && (
        <PairTable
          tenant={tenant}
          namespace={namespaceId}
          rows={rows}
          edits={edits}
          onOpen={open}
        />
      )}
      {pairs.data && rows.length === 0 && (
        <Empty
          icon={<IconDatabase size={22} />}
          title={all.length ? "No key matches" : "No key yet"}
        >
          {all.length ? (
            "Try another word."
          ) : (
            <>
              Flows keep values with <code>core.kv.Set</code> and read them as{" "}
              <code>{"{{ kv('key') }}"}</code>.
            </>
          )}
        </Empty>
      )}
      {opened !== undefined && (
        <PairDialog
          tenant={tenant}
          namespace={namespaceId}
          name={opened}
          edits={edits}
          onClose={() => open(undefined)}
        />
      )}
    </div>
  );
}

interface PairTableProps {
  tenant: string;
  namespace: string;
  rows: readonly Pair[];
  edits: boolean;
  onOpen: (key: string) => void;
}

function PairTable({ tenant, namespace, rows, edits, onOpen }: PairTableProps) {
  const client = useQueryClient();
  const [going, setGoing] = useState<string>();
  const remove = useMutation({
    mutationFn: (key: string) => deletePair(tenant, namespace, key),
    onSuccess: (_, key) => tell(`${key} is deleted`),
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
            <th>Key</th>
            <th>Description</th>
            <th>Changed</th>
            <th>Expires</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.namespace}/${row.key}`}>
              <td data-grow>
                <Name tenant={tenant} namespace={namespace} row={row} onOpen={onOpen} />
              </td>
              <td className={table.secondary}>{row.description}</td>
              <td className={table.secondary}>
                <When at={row.updateDate} />
              </td>
              <td className={table.secondary}>
                {row.expirationDate ? <When at={row.expirationDate} /> : "never"}
              </td>
              <td className={table.end}>
                {edits && row.namespace === namespace && (
                  <Group gap={4} justify="flex-end">
                    <Tooltip label="Delete">
                      <ActionIcon
                        aria-label={`Delete ${row.key}`}
                        onClick={() => setGoing(row.key)}
                      >
                        <IconTrash size={15} />
                      </ActionIcon>
                    </Tooltip>
                  </Group>
                )}
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
        Flows that read it find nothing from now on.
      </Confirm>
    </div>
  );
}

function Name({
  tenant,
  namespace,
  row,
  onOpen,
}: Omit<PairTableProps, "rows" | "edits"> & { row: Pair }) {
  if (row.namespace !== namespace)
    return (
      <span className={table.stack}>
        <span className="mono">{row.key}</span>
        <Link
          to="/$tenant/namespaces/$namespaceId/kv"
          params={{ tenant, namespaceId: row.namespace }}
          className={table.secondary}
        >
          from {row.namespace}
        </Link>
      </span>
    );
  return (
    <Button
      variant="transparent"
      size="compact-xs"
      px={0}
      className={`mono ${table.primary}`}
      onClick={() => onOpen(row.key)}
    >
      {row.key}
    </Button>
  );
}
