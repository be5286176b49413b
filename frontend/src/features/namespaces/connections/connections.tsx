/// Connections of a namespace: typed credentials for other systems, made by form and tested.
import { Button } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import {
  type Connection,
  connectionsQuery,
  deleteConnection,
  inheritedConnectionsQuery,
} from "@/api/stores";
import { Kept, KeptBar, KeptTable, NewButton } from "@/features/namespaces/kept";
import classes from "@/features/namespaces/namespaces.module.css";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { ConnectionDialog } from "./connection-dialog";
import { TestButton } from "./test-button";

export function Connections() {
  const { tenant, namespaceId } = useParams({
    from: "/$tenant/namespaces/$namespaceId/connections",
  });
  const found = useQuery(connectionsQuery(tenant, namespaceId));
  const may = useMay(tenant, namespaceId);
  /** An empty name means a new one. */
  const [opened, open] = useState<string>();
  const edits = may("connection.edit");
  const rows = found.data?.results ?? [];
  const add = <NewButton what="connection" onClick={() => open("")} />;
  return (
    <div className={`${classes.tab} ${classes.stack}`}>
      <KeptBar add={edits && rows.length > 0 && add}>
        <p className={classes.hint} style={{ margin: 0 }}>
          Tasks name one with <code>connection: name</code>; its secret values are never shown.
        </p>
      </KeptBar>
      <Kept
        query={found}
        count={rows.length}
        empty={
          <Empty
            icon={<IconPlugConnected size={22} />}
            title="No connection in this namespace"
            action={edits && add}
          >
            A connection keeps the address and the credentials of another system in one place, so
            that flows only name it.
          </Empty>
        }
      >
        <ConnectionTable
          tenant={tenant}
          namespace={namespaceId}
          rows={rows}
          edits={edits}
          deletes={may("connection.delete")}
          onOpen={open}
        />
      </Kept>
      <Inherited tenant={tenant} namespace={namespaceId} />
      {opened !== undefined && (
        <ConnectionDialog
          tenant={tenant}
          namespace={namespaceId}
          name={opened}
          onClose={() => open(undefined)}
        />
      )}
    </div>
  );
}

interface ConnectionTableProps {
  tenant: string;
  namespace: string;
  rows: readonly Connection[];
  edits: boolean;
  deletes: boolean;
  onOpen: (name: string) => void;
}

function ConnectionTable(props: ConnectionTableProps) {
  const { tenant, namespace, rows, edits, deletes, onOpen } = props;
  return (
    <KeptTable
      tenant={tenant}
      namespace={namespace}
      columns={["Name", "Type", "Description", "Changed"]}
      rows={rows}
      nameOf={(row) => row.name}
      deletes={() => deletes}
      remove={(name) => deleteConnection(tenant, namespace, name)}
      consequence="Flows that name it fail from now on."
      verbs={(row) => edits && <TestButton tenant={tenant} namespace={namespace} row={row} />}
      cells={(row) => (
        <>
          <td data-grow>
            {edits ? (
              <Button
                variant="transparent"
                size="compact-xs"
                px={0}
                className={table.primary}
                onClick={() => onOpen(row.name)}
              >
                {row.name}
              </Button>
            ) : (
              <span className={table.primary}>{row.name}</span>
            )}
          </td>
          <td className="mono">{row.type}</td>
          <td className={table.secondary}>{row.description}</td>
          <td data-label="Changed" className={table.secondary}>
            <When at={row.updatedAt} />
          </td>
        </>
      )}
    />
  );
}

function Inherited({ tenant, namespace }: { tenant: string; namespace: string }) {
  const { data } = useQuery(inheritedConnectionsQuery(tenant, namespace));
  const above = (data?.levels ?? []).filter((level) => level.credentials.length > 0);
  if (above.length === 0) return null;
  return (
    <Card title="Also there, from above" flush>
      <ul className={classes.rows}>
        {above.flatMap((level) =>
          level.credentials.map((one) => (
            <li key={`${level.namespace}/${one.name}`}>
              <strong>{one.name}</strong>
              <span className={`mono ${classes.quiet}`}>{one.type}</span>
              <span className={classes.quiet}>{level.namespace}</span>
            </li>
          )),
        )}
      </ul>
    </Card>
  );
}
