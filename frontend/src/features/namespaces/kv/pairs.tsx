/// The key-value store of a namespace: values that outlive executions.
import { Button, TextInput } from "@mantine/core";
import { IconDatabase, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useMay } from "@/api/access";
import { deletePair, type Pair, pairsQuery } from "@/api/stores";
import { Kept, KeptBar, KeptTable, NewButton } from "@/features/namespaces/kept";
import classes from "@/features/namespaces/namespaces.module.css";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
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
  const add = <NewButton what="key" onClick={() => open("")} />;
  return (
    <div className={`${classes.tab} ${classes.stack}`}>
      <KeptBar add={edits && all.length > 0 && add}>
        <TextInput
          className={classes.searchBox}
          aria-label="Search keys"
          placeholder="Search keys"
          leftSection={<IconSearch size={14} />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
      </KeptBar>
      <Kept
        query={pairs}
        count={rows.length}
        empty={<NoPair any={all.length > 0} add={edits && add} />}
      >
        <PairTable
          tenant={tenant}
          namespace={namespaceId}
          rows={rows}
          edits={edits}
          onOpen={open}
        />
      </Kept>
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

function NoPair({ any, add }: { any: boolean; add: ReactNode }) {
  if (any)
    return (
      <Empty icon={<IconDatabase size={22} />} title="No key matches">
        Try another word.
      </Empty>
    );
  return (
    <Empty icon={<IconDatabase size={22} />} title="No key yet" action={add}>
      Flows keep values with <code>core.kv.Set</code> and read them as{" "}
      <code>{"{{ kv('key') }}"}</code>.
    </Empty>
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
  return (
    <KeptTable
      tenant={tenant}
      namespace={namespace}
      columns={["Key", "Description", "Changed", "Expires"]}
      rows={rows}
      nameOf={(row) => row.key}
      keyOf={(row) => `${row.namespace}/${row.key}`}
      deletes={(row) => edits && row.namespace === namespace}
      remove={(key) => deletePair(tenant, namespace, key)}
      consequence="Flows that read it find nothing from now on."
      cells={(row) => (
        <>
          <td data-grow>
            <Name tenant={tenant} namespace={namespace} row={row} onOpen={onOpen} />
          </td>
          <td className={table.secondary}>{row.description}</td>
          <td data-label="Changed" className={table.secondary}>
            <When at={row.updateDate} />
          </td>
          <td data-label="Expires" className={table.secondary}>
            {row.expirationDate ? <When at={row.expirationDate} /> : "never"}
          </td>
        </>
      )}
    />
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
