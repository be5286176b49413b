/// The verbs on triggers, each with its notice; lists are fresh afterwards.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  actOnBackfill,
  type BackfillVerb,
  restartTrigger,
  switchTriggers,
  type TriggerAddress,
  triggerKeys,
  unlockTriggers,
} from "@/api/triggers";
import { plural } from "@/lib/text";
import { tell, tellProblem } from "@/ui/toast";

export type TriggerVerb =
  | "enable"
  | "disable"
  | "unlock"
  | "restart"
  | "pause-backfill"
  | "go-on-backfill"
  | "end-backfill";

const BACKFILLS: Partial<Record<TriggerVerb, BackfillVerb>> = {
  "pause-backfill": "pause",
  "go-on-backfill": "unpause",
  "end-backfill": "delete",
};

const DONE: Record<TriggerVerb, string> = {
  enable: "enabled",
  disable: "disabled",
  unlock: "unlocked",
  restart: "restarted",
  "pause-backfill": "paused",
  "go-on-backfill": "going on",
  "end-backfill": "back on its schedule",
};

async function perform(
  tenant: string,
  verb: TriggerVerb,
  triggers: readonly TriggerAddress[],
): Promise<unknown> {
  if (verb === "enable" || verb === "disable")
    return switchTriggers(tenant, triggers, verb === "disable");
  if (verb === "unlock") return unlockTriggers(tenant, triggers);
  const backfill = BACKFILLS[verb];
  return Promise.all(
    triggers.map((one) =>
      backfill ? actOnBackfill(tenant, one, backfill) : restartTrigger(tenant, one),
    ),
  );
}

export function useTriggerVerb(tenant: string, onDone?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, of }: { verb: TriggerVerb; of: readonly TriggerAddress[] }) =>
      perform(tenant, verb, of),
    onSuccess: (_, { verb, of }) => {
      tell(
        of.length === 1
          ? `${of[0]?.triggerId} is ${DONE[verb]}`
          : `${plural(of.length, "trigger")} ${DONE[verb]}`,
      );
      onDone?.();
    },
    onError: tellProblem,
    onSettled: () => client.invalidateQueries({ queryKey: triggerKeys.all(tenant) }),
  });
}
