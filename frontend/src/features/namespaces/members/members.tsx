/// Who has which role in a namespace, by themselves or by a group, here or from above.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconTrash, IconUser, IconUsers, IconUsersGroup } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import { type Binding, bindingKeys, bindingsQuery, deleteBinding } from "@/api/people";
import classes from "@/features/namespaces/namespaces.module.css";
import { ancestorsOf } from "@/features/namespaces/tree/branches";
import { Confirm } from "@/ui/confirm";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { tell, tellProblem } from "@/ui/toast";
import { AddMember } from "./add-member";

export function Members() {
  const { tenant, namespaceId } = useParams({ from: "/$tenant/namespaces/$namespaceId/members" });
  const bindings = useQuery(bindingsQuery(tenant));
  const edits = useMay(tenant, namespaceId)("binding.edit");
  const [adding, add] = useDisclosure(false);
  const reaching = new Set<string | null>([null, ...ancestorsOf(namespaceId), namespaceId]);
  const rows = (bindings.data?.results ?? []).filter((one) => reaching.has(one.namespace));
  return (
    <div className={`${classes.tab} ${classes.stack}`}>
      <div className={classes.bar} style={{ margin: 0 }}>
        <p className={classes.hint} style={{ margin: 0 }}>
          A role on a namespace holds for all below it.
        </p>
        {edits && (
          <Button className={classes.end} leftSection={<IconPlus size={15} />} onClick={add.open}>
            Add somebody
          </Button>
        )}
      </div>
      {bindings.error && <Problem error={bindings.error} onRetry={() => void bindings.refetch()} />}
      {rows.length > 0 && (
        <MemberTable tenant={tenant} namespace={namespaceId} rows={rows} edits={edits} />
      )}
      {bindings.data && rows.length === 0 && (
        <Empty icon={<IconUsersGroup size={22} />} title="Nobody has a role that you can see">
          Roles on the whole tenant are seen by those who may see the rights of the tenant.
        </Empty>
      )}
      {adding && <AddMember tenant={tenant} namespace={namespaceId} onClose={add.close} />}
    </div>
  );
}

interface MemberTableProps {
  tenant: string;
  namespace: string;
  rows: readonly Binding[];
  edits: boolean;
}

function MemberTable({ tenant, namespace, rows, edits }: MemberTableProps) {
  const client = useQueryClient();
  const [going, setGoing] = useState<Binding>();
  const remove = useMutation({
    mutationFn: (one: Binding) => deleteBinding(tenant, one.id),
    onSuccess: (_, one) => tell(`${nameOf(one)} is no longer ${one.role.name} here`),
    onError: tellProblem,
    onSettled: () => {
      setGoing(undefined);
      return client.invalidateQueries({ queryKey: bindingKeys.all(tenant) });
    },
  });
  return (
    <div className={table.frame}>
      <table className={table.table}>
        <thead>
          <tr>
            <th>Who</th>
            <th>Role</th>
            <th>On</th>
            <th>
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <td data-grow>
                <span className={classes.level}>
                  {row.group ? (
                    <IconUsers size={16} aria-hidden />
                  ) : (
                    <IconUser size={16} aria-hidden />
                  )}
                  <span className={table.primary}>{nameOf(row)}</span>
                </span>
              </td>
              <td>{row.role.name}</td>
              <td className={table.secondary}>
                <Place tenant={tenant} namespace={namespace} on={row.namespace} />
              </td>
              <td className={table.end}>
                {edits && row.namespace === namespace && (
                  <Tooltip label="Take the role away">
                    <ActionIcon
                      aria-label={`Take ${row.role.name} away from ${nameOf(row)}`}
                      onClick={() => setGoing(row)}
                    >
                      <IconTrash size={15} />
                    </ActionIcon>
                  </Tooltip>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        opened={going !== undefined}
        title={`Take ${going?.role.name ?? ""} away from ${going ? nameOf(going) : ""}?`}
        verb="Take away"
        danger
        busy={remove.isPending}
        onConfirm={() => going && remove.mutate(going)}
        onClose={() => setGoing(undefined)}
      >
        It ends with their next request.
      </Confirm>
    </div>
  );
}

function nameOf({ group, user }: Binding): string {
  return group?.name ?? user?.displayName ?? user?.username ?? "?";
}

function Place({
  tenant,
  namespace,
  on,
}: {
  tenant: string;
  namespace: string;
  on: string | null;
}) {
  if (on === null) return <>the whole tenant</>;
  if (on === namespace) return <>here</>;
  return (
    <Link
      to="/$tenant/namespaces/$namespaceId/members"
      params={{ tenant, namespaceId: on }}
      className={classes.link}
    >
      {on}
    </Link>
  );
}
