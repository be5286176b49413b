/// Entries that the receiver does not have, and will not get unless somebody sends them again.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import {
  type AuditStream,
  deadLettersQuery,
  retryLetter,
  streamsKey,
  type Trail,
} from "@/api/audit-streams";
import { Card } from "@/ui/card";
import { table } from "@/ui/tables";
import { tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { Listing } from "../parts/listing";
import { useChange } from "../parts/use-change";

interface DeadLettersProps {
  trail: Trail;
  stream: AuditStream;
  mayEdit: boolean;
}

/** Absent without one: most streams never have any. */
export function DeadLetters({ trail, stream, mayEdit }: DeadLettersProps) {
  const letters = useQuery({
    ...deadLettersQuery(trail, stream.id),
    enabled: stream.deadLetters > 0,
    select: ({ results }) => ({ results, total: results.length }),
  });
  const retry = useChange({
    change: (letter: string) => retryLetter(trail, stream.id, letter),
    touches: [streamsKey(trail)],
    said: "The receiver has them now.",
  });
  if (stream.deadLetters === 0) return null;
  return (
    <Card title="Not taken" flush>
      <Listing
        inCard
        label="Entries that were not taken"
        query={letters}
        columns={[
          { name: "Entries", width: 160 },
          { name: "Why" },
          { name: "Since", width: 140 },
          { name: "Actions", hidden: true, width: 110 },
        ]}
        empty={null}
        row={({ id, first, last, error, createdAt }) => (
          <tr key={id}>
            <td className="numeric">{first === last ? first : `${first} to ${last}`}</td>
            <td data-grow className={table.secondary}>
              {error}
            </td>
            <td>
              <When at={createdAt} />
            </td>
            <td className={table.end}>
              {mayEdit && (
                <Button
                  variant="default"
                  size="compact-xs"
                  loading={retry.isPending && retry.variables === id}
                  onClick={() => retry.mutate(id, { onError: tellProblem })}
                >
                  Send again
                </Button>
              )}
            </td>
          </tr>
        )}
      />
    </Card>
  );
}
