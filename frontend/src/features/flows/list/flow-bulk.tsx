/// What can be done with the chosen flows.
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { MayIn } from "@/api/access";
import { deleteFlow, flowKeys, switchFlows } from "@/api/flows";
import type { Flow } from "@/api/types";
import { plural } from "@/lib/text";
import { BulkBar } from "@/ui/bulk-bar";
import { Confirm } from "@/ui/confirm";
import { tell, tellProblem } from "@/ui/toast";

type FlowVerb = "enable" | "disable" | "delete";
const DONE: Record<FlowVerb, string> = {
  enable: "enabled",
  disable: "disabled",
  delete: "deleted",
};

async function apply(tenant: string, flows: readonly Flow[], verb: FlowVerb): Promise<void> {
  if (verb === "delete") await Promise.all(flows.map((flow) => deleteFlow(tenant, flow)));
  else await switchFlows(tenant, flows, verb);
}

interface FlowBulkProps {
  tenant: string;
  flows: readonly Flow[];
  may: MayIn;
  onDone: () => void;
}

/** What a flow must allow somebody, for it to be worth choosing. */
export const BULK_RIGHTS = ["flow.edit", "flow.delete"] as const;

export function FlowBulk({ tenant, flows, may, onDone }: FlowBulkProps) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const action = useMutation({
    mutationFn: (verb: FlowVerb) => apply(tenant, flows, verb),
    onSuccess: (_, verb) => {
      tell(`${plural(flows.length, "flow")} ${DONE[verb]}`);
      onDone();
    },
    onError: tellProblem,
    onSettled: () => {
      setAsking(false);
      return client.invalidateQueries({ queryKey: flowKeys.all(tenant) });
    },
  });
  const all = (right: string) => flows.every((flow) => may(flow.namespace, right));
  const some = (wanted: boolean) =>
    all("flow.edit") && flows.some((flow) => flow.disabled === wanted);
  return (
    <BulkBar count={flows.length} what="flow" onClear={onDone}>
      {some(true) && (
        <Button variant="default" onClick={() => action.mutate("enable")}>
          Enable
        </Button>
      )}
      {some(false) && (
        <Button variant="default" onClick={() => action.mutate("disable")}>
          Disable
        </Button>
      )}
      {all("flow.delete") && (
        <Button variant="default" onClick={() => setAsking(true)}>
          Delete
        </Button>
      )}
      <Confirm
        opened={asking}
        title={`Delete ${plural(flows.length, "flow")}?`}
        verb="Delete"
        danger
        busy={action.isPending}
        onConfirm={() => action.mutate("delete")}
        onClose={() => setAsking(false)}
      >
        Triggers stop at once. Executions that run now finish on the revision they began with.
      </Confirm>
    </BulkBar>
  );
}
