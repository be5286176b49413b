/// The roles of one person, account or group, with the way to give and take them.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useRights } from "@/api/rights";
import { Card } from "@/ui/card";
import { table } from "@/ui/tables";
import { TableFrame } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { Place } from "../parts/section";
import { BindingDialog, type BindingDialogProps } from "./binding-dialog";
import { UnbindConfirm } from "./unbind-confirm";

export interface HeldRole {
  key: string;
  role: { id: string; name: string };
  namespace: string | null;
  /** The group it comes from; absent when it is held directly. */
  via?: { id: string; name: string };
  /** The binding, when it is held directly. */
  bindingId?: string;
}

export interface HeldRolesProps {
  tenant: string;
  principal: NonNullable<BindingDialogProps["principal"]>;
  roles: readonly HeldRole[];
  nothing: ReactNode;
}

export function HeldRoles({ tenant, principal, roles, nothing }: HeldRolesProps) {
  const rights = useRights(tenant);
  const [giving, setGiving] = useState(false);
  const [going, setGoing] = useState<HeldRole>();
  const mayEdit = rights.somewhere.has("binding.edit");
  const give = mayEdit && (
    <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setGiving(true)}>
      Give a role
    </Button>
  );
  return (
    <Card title="Roles" side={give} flush>
      {roles.length === 0 ? (
        <p className={parts.note} style={{ padding: "14px" }}>
          {nothing}
        </p>
      ) : (
        <TableFrame
          inCard
          label={`Roles of ${principal.name}`}
          columns={[
            { name: "Role" },
            { name: "Where" },
            ...(principal.type === "USER" ? [{ name: "From" }] : []),
            { name: "Actions", hidden: true, width: 48 },
          ]}
        >
          {roles.map((held) => (
            <HeldRow
              key={held.key}
              tenant={tenant}
              held={held}
              ofPerson={principal.type === "USER"}
              onTake={mayEdit && held.bindingId ? () => setGoing(held) : undefined}
            />
          ))}
        </TableFrame>
      )}
      {giving && (
        <BindingDialog tenant={tenant} principal={principal} onClose={() => setGiving(false)} />
      )}
      {going?.bindingId && (
        <UnbindConfirm
          tenant={tenant}
          binding={{
            id: going.bindingId,
            role: going.role.name,
            who: principal.name,
            namespace: going.namespace,
          }}
          onClose={() => setGoing(undefined)}
        />
      )}
    </Card>
  );
}

interface HeldRowProps {
  tenant: string;
  held: HeldRole;
  ofPerson: boolean;
  onTake?: () => void;
}

function HeldRow({ tenant, held, ofPerson, onTake }: HeldRowProps) {
  return (
    <tr>
      <td data-grow>
        <Link
          to="/$tenant/admin/roles/$roleId"
          params={{ tenant, roleId: held.role.id }}
          className={table.primary}
        >
          {held.role.name}
        </Link>
      </td>
      <td>
        <Place namespace={held.namespace} />
      </td>
      {ofPerson && (
        <td>
          {held.via ? (
            <Link
              to="/$tenant/admin/groups/$groupId"
              params={{ tenant, groupId: held.via.id }}
              className={parts.chip}
            >
              {held.via.name}
            </Link>
          ) : (
            <span className={table.secondary}>Given directly</span>
          )}
        </td>
      )}
      <td className={table.end}>
        {onTake && (
          <Tooltip label="Take away">
            <ActionIcon aria-label={`Take ${held.role.name} away`} onClick={onTake}>
              <IconTrash size={15} />
            </ActionIcon>
          </Tooltip>
        )}
      </td>
    </tr>
  );
}
