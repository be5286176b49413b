/// What people would lose if a group, or one binding, went.
import { IconScissors } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Impact, impactQuery } from "@/api/explorer";
import { plural } from "@/lib/text";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { TableFrame } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { GroupPicker } from "../parts/pickers";
import { Place } from "../parts/section";
import classes from "./access.module.css";
import type { AnswerProps } from "./access-explorer";

export function ImpactAnswer({ tenant, search, onChange }: AnswerProps) {
  const { group, binding } = search;
  const going = group ? { groupId: group } : { bindingId: binding };
  const asked = !!(group || binding);
  const found = useQuery({ ...impactQuery(tenant, going), enabled: asked });
  return (
    <>
      <div className={classes.question}>
        <GroupPicker
          tenant={tenant}
          label="If this group goes"
          value={group}
          onChange={(next) => onChange({ group: next, binding: undefined })}
        />
      </div>
      {!asked && (
        <Empty icon={<IconScissors size={22} />} title="Choose a group">
          Nothing is changed: the answer lists what each person could no longer do.
        </Empty>
      )}
      {found.error && <Problem error={found.error} onRetry={() => void found.refetch()} />}
      {asked && found.data && <Losses tenant={tenant} impact={found.data} />}
    </>
  );
}

function Losses({ tenant, impact }: { tenant: string; impact: Impact }) {
  const people = new Set(impact.losses.map((loss) => loss.user.id)).size;
  return (
    <div className={classes.answer}>
      <p className={parts.note} role="status">
        {plural(impact.bindings.length, "binding")} would go.{" "}
        {people === 0
          ? "Nobody loses a right: they hold the same ones in another way, or nobody is in the group."
          : `${plural(people, "account")} would lose rights.`}
      </p>
      {impact.losses.length > 0 && (
        <TableFrame
          label="Losses"
          columns={[
            { name: "Who", width: "24%" },
            { name: "Where" },
            { name: "Could no longer do" },
          ]}
        >
          {impact.losses.map(({ user, namespace, permissions, kept }) => (
            <tr key={`${user.id}:${namespace ?? ""}`}>
              <td data-grow>
                <Link
                  to="/$tenant/admin/users/$userId"
                  params={{ tenant, userId: user.id }}
                  className={table.primary}
                >
                  {user.displayName}
                </Link>
              </td>
              <td>
                <Place namespace={namespace} />
              </td>
              <td>
                <Codes names={permissions} />
                {kept.map((one) => (
                  <p key={one.namespace} className={parts.note}>
                    but still in <span className="mono">{one.namespace}</span>:{" "}
                    <Codes names={one.permissions} />
                  </p>
                ))}
              </td>
            </tr>
          ))}
        </TableFrame>
      )}
    </div>
  );
}

export function Codes({ names }: { names: readonly string[] }) {
  return (
    <span className={classes.codes}>
      {names.map((name) => (
        <code key={name}>{name}</code>
      ))}
    </span>
  );
}
