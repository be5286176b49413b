/// Connections of a namespace: typed credentials for other systems, made by form and tested.
import { ActionIcon, Button, Group, Tooltip } from "@mantine/core";
import { IconPlugConnected, IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import {
  type Connection,
  connectionsQuery,
  deleteConnection,
  inheritedConnectionsQuery,
  namespaceKeys,
} from "@/api/stores";
import classes from "@/features/namespaces/namespaces.module.css";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { tell, tellProblem } from "@/ui/toast";
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
  return (
    <div className={`${classes.tab} ${classes.stack}`}>
      <div className={classes.bar} style={{ margin: 0 }}>
        <p className={classes.hint} style={{ margin: 0 }}>
          Tasks name one with <code>connection: name</code>; its secret values are never shown.
        </p>
        {edits && (
          <Button
            className={classes.end}
            leftSection={<IconPlus size={15} />}
            onClick={() => open("")}
          >
            New connection
          </Button>
        )}
      </div>
      {found.error && <Problem error={found.error} onRetry={() => void found.refetch()} />}
      {rows.length > 0 && (
        <ConnectionTable
          tenant={tenant}
          namespace={namespaceId}
          rows={rows}
          edits={edits}
          deletes={may("connection.delete")}
          onOpen={open}
        />
      )}
      {found.data && rows.length === 0 && (
        <Empty icon={<IconPlugConnected size={22} />} title="No connection in this namespace">
          A connection keeps the address and the credentials of another system in one place, so that
          flows only name it.
        </Empty>
      )}
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
  const client = useQueryClient();
  const [going, setGoing] = useState<string>();
  const remove = useMutation({
    mutationFn: (name: string) => deleteConnection(tenant, namespace, name),
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
            <th>Name</th>
            <th>Type</th>
            <th>Description</th>
            <th>Changed</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
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
              <td className={table.end}>
                <Group gap={6} justify="flex-end" wrap="nowrap">
                  {edits && <TestButton tenant={tenant} namespace={namespace} row={row} />}
                  {deletes && (
                    <Tooltip label="Delete">
                      <ActionIcon
                        aria-label={`Delete ${row.name}`}
                        onClick={() => setGoing(row.name)}
                      >
                        <IconTrash size={15} />
                      </ActionIcon>
                    </Tooltip>
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
        Flows that name it fail from now on.
      </Confirm>
    </div>
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
