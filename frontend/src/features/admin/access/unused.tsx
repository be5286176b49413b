/// Permissions that nobody who has them has used for a while: what could be taken away.
import { Select } from "@mantine/core";
import { IconZzz } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { unusedQuery } from "@/api/explorer";
import { plural } from "@/lib/text";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { Principal } from "../bindings/principal";
import { TableFrame } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { Place } from "../parts/section";
import classes from "./access.module.css";
import type { AnswerProps } from "./access-explorer";
import { Codes } from "./impact";

const USUAL_DAYS = 90;
const MOST_SHOWN = 12;

export function UnusedAnswer({ tenant, search, onChange }: AnswerProps) {
  const days = search.days ?? USUAL_DAYS;
  const found = useQuery(unusedQuery(tenant, days));
  return (
    <>
      <div className={classes.question}>
        <Select
          label="Not used for"
          value={String(days)}
          allowDeselect={false}
          data={[7, 30, 90, 180, 365].map((n) => ({ value: String(n), label: `${n} days` }))}
          onChange={(value) => onChange({ days: Number(value) })}
        />
      </div>
      {found.error && <Problem error={found.error} onRetry={() => void found.refetch()} />}
      {found.data && (
        <div className={classes.answer}>
          <p className={parts.note}>
            {found.data.recordedSince
              ? `Uses are recorded since ${found.data.recordedSince}; what happened before is not known.`
              : "No use has been recorded yet."}{" "}
            Bindings younger than {plural(days, "day")} are left out.
          </p>
          {found.data.results.length === 0 ? (
            <Empty icon={<IconZzz size={22} />} title="Nothing lies idle">
              Every binding that is old enough has been used in all that it gives.
            </Empty>
          ) : (
            <TableFrame
              label="Unused permissions"
              columns={[
                { name: "Who", width: "24%" },
                { name: "Role" },
                { name: "Where" },
                { name: "Never used" },
              ]}
            >
              {found.data.results.map(({ binding, unused }) => (
                <tr key={binding.id}>
                  <td data-wide>
                    <Principal tenant={tenant} binding={binding} />
                  </td>
                  <td>{binding.role.name}</td>
                  <td>
                    <Place namespace={binding.namespace} />
                  </td>
                  <td title={unused.join(", ")}>
                    <Codes names={unused.slice(0, MOST_SHOWN)} />
                    {unused.length > MOST_SHOWN && ` and ${unused.length - MOST_SHOWN} more`}
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
