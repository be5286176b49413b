/// Below a refusal that lacks only another person's agreement: the way to ask for it.
import { Button, Textarea } from "@mantine/core";
import { IconUserCheck } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Approval, approvalsKey, lacksOnlyApproval } from "@/api/approvals";
import { Problem } from "@/ui/problem";
import classes from "./approvals.module.css";

export interface AskApprovalProps {
  tenant: string;
  /** What was refused; nothing is shown for a refusal that an agreement would not mend. */
  refusal: Error | null;
  /** What is to be done again once somebody has agreed. */
  again: string;
  ask: (note: string) => Promise<Approval>;
}

export function AskApproval({ tenant, refusal, again, ask }: AskApprovalProps) {
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const asking = useMutation({
    mutationFn: () => ask(note),
    onSuccess: () => client.invalidateQueries({ queryKey: approvalsKey(tenant) }),
  });
  if (!lacksOnlyApproval(refusal)) return null;
  if (asking.data) {
    return (
      <p className={classes.asked} role="status">
        <IconUserCheck size={18} aria-hidden />
        <span>
          Asked. When another person has agreed, {again} exactly this once more within a day.{" "}
          <Link
            to="/$tenant/admin/approvals/$approvalId"
            params={{ tenant, approvalId: asking.data.id }}
          >
            See the request
          </Link>
        </span>
      </p>
    );
  }
  return (
    <div className={classes.ask}>
      <Textarea
        label="Why it is needed"
        description="The person who decides sees this beside exactly what you ask for."
        autosize
        minRows={2}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {asking.error && <Problem error={asking.error} />}
      <Button
        variant="default"
        leftSection={<IconUserCheck size={15} />}
        loading={asking.isPending}
        onClick={() => asking.mutate()}
      >
        Ask another person to agree
      </Button>
    </div>
  );
}
