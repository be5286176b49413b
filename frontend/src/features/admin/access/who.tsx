/// Everybody who may do something at a place, and how each of them comes to it.
import { IconUsers } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { whoCanQuery } from "@/api/explorer";
import { plural } from "@/lib/text";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { TableFrame } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { NamespacePicker, PermissionPicker } from "../parts/pickers";
import classes from "./access.module.css";
import type { AnswerProps } from "./access-explorer";
import { ChainDrawing } from "./chain";

const USUAL = "flow.edit";

export function WhoAnswer({ tenant, search, onChange }: AnswerProps) {
  const permission = search.permission ?? USUAL;
  const found = useQuery(whoCanQuery(tenant, permission, search.place));
  return (
    <>
      <div className={classes.question}>
        <PermissionPicker
          tenant={tenant}
          label="Who can do"
          value={permission}
          onChange={(next) => onChange({ permission: next })}
        />
        <NamespacePicker
          tenant={tenant}
          label="In the namespace"
          value={search.place}
          onChange={(place) => onChange({ place })}
        />
      </div>
      {found.error && <Problem error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <div className={classes.answer}>
          <p className={parts.note} role="status">
            {plural(found.data.results.length, "account")} can do <code>{permission}</code>{" "}
            {search.place ? `in ${search.place}` : "in the whole tenant"}
            {found.data.superAdmins.length > 0 &&
              `; and, as super-admins, ${found.data.superAdmins.map((one) => one.displayName).join(", ")}`}
            .
          </p>
          {found.data.results.length === 0 ? (
            <Empty icon={<IconUsers size={22} />} title="Nobody holds this by a role">
              Give a role that contains it, on this namespace or above it.
            </Empty>
          ) : (
            <TableFrame label="Who can" columns={[{ name: "Who", width: "26%" }, { name: "How" }]}>
              {found.data.results.map(({ user, chains }) => (
                <tr key={user.id}>
                  <td data-wide>
                    <Link
                      to="/$tenant/admin/users/$userId"
                      params={{ tenant, userId: user.id }}
                      className={table.primary}
                    >
                      {user.displayName}
                    </Link>
                  </td>
                  <td data-wide>
                    <div className={classes.chains}>
                      {chains.map((chain) => (
                        <ChainDrawing
                          key={chain.bindingId}
                          tenant={tenant}
                          chain={chain}
                          who={user.displayName}
                          permission={permission}
                          brief
                        />
                      ))}
                    </div>
                  </td>
                </tr>
              ))}
            </TableFrame>
          )}
        </div>
      )}
    </>
  );
}
