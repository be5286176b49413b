/// What can be done with the chosen executions: only the verbs that apply to at least one of them.
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { MayIn } from "@/api/access";
import { actOnMany, type BulkVerb, executionKeys } from "@/api/executions";
import type { Execution } from "@/api/types";
import { isRestartable, isTerminal } from "@/lib/states";
import { plural } from "@/lib/text";
import { BulkBar } from "@/ui/bulk-bar";
import { Confirm } from "@/ui/confirm";
import { tell, tellProblem } from "@/ui/toast";

interface BulkAction {
  verb: BulkVerb;
  /** What one must be allowed to do where the executions are. */
  needs: string;
  word: string;
  done: string;
  applies: (state: string) => boolean;
  warning: string;
}

const ACTIONS: readonly BulkAction[] = [
  {
    verb: "restart",
    needs: "execution.edit",
    word: "Restart",
    done: "restarted",
    applies: isRestartable,
    warning: "Each goes on from its failed tasks; what succeeded is not repeated.",
  },
  {
    verb: "replay",
    needs: "execution.create",
    word: "Replay",
    done: "replayed",
    applies: isTerminal,
    warning: "A new execution with the same inputs begins for each.",
  },
  {
    verb: "kill",
    needs: "execution.kill",
    word: "Kill",
    done: "asked to stop",
    applies: (state) => !isTerminal(state),
    warning: "Running tasks are interrupted. What they already did elsewhere stays done.",
  },
  {
    verb: "delete",
    needs: "execution.delete",
    word: "Delete",
    done: "deleted",
    applies: isTerminal,
    warning: "Their logs, metrics and files go with them. This cannot be undone.",
  },
];

/** What an execution must allow somebody, for it to be worth choosing. */
export const BULK_RIGHTS = ACTIONS.map((one) => one.needs);

interface ExecutionBulkProps {
  tenant: string;
  executions: readonly Execution[];
  may: MayIn;
  onDone: () => void;
}

export function ExecutionBulk({ tenant, executions, may, onDone }: ExecutionBulkProps) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<BulkAction>();
  const fitting = executions.filter((one) => asked?.applies(one.state.current));
  const action = useMutation({
    mutationFn: (chosen: BulkAction) =>
      actOnMany(
        tenant,
        fitting.map((one) => one.id),
        chosen.verb,
      ),
    onSuccess: (_, chosen) => {
      tell(`${plural(fitting.length, "execution")} ${chosen.done}`);
      onDone();
    },
    onError: tellProblem,
    onSettled: () => {
      setAsked(undefined);
      return client.invalidateQueries({ queryKey: executionKeys.lists(tenant) });
    },
  });
  const offered = ACTIONS.filter(
    (one) =>
      executions.some((execution) => one.applies(execution.state.current)) &&
      executions.every((execution) => may(execution.namespace, one.needs)),
  );
  return (
    <BulkBar count={executions.length} what="execution" onClear={onDone}>
      {offered.map((one) => (
        <Button key={one.verb} variant="default" onClick={() => setAsked(one)}>
          {one.word}
        </Button>
      ))}
      <Confirm
        opened={asked !== undefined}
        title={`${asked?.word ?? ""} ${plural(fitting.length, "execution")}?`}
        verb={asked?.word ?? ""}
        danger={asked?.verb === "kill" || asked?.verb === "delete"}
        busy={action.isPending}
        onConfirm={() => asked && action.mutate(asked)}
        onClose={() => setAsked(undefined)}
      >
        {asked?.warning}
        {fitting.length < executions.length &&
          ` ${plural(executions.length - fitting.length, "chosen execution")} in another state stays as it is.`}
      </Confirm>
    </BulkBar>
  );
}
