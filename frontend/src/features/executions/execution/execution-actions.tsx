/// The verbs that apply to an execution in its present state; the others are absent.
import { ActionIcon, Button, Menu } from "@mantine/core";
import {
  IconDots,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconPlayerStopFilled,
  IconRepeat,
  IconRotateClockwise,
  IconTrash,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import { act, deleteExecution, executionKeys, resumeQuestions, type Verb } from "@/api/executions";
import type { Execution, FlowInput } from "@/api/types";
import { ReplayDialog } from "@/features/executions/replay/lazy";
import { Confirm } from "@/ui/confirm";
import { tell, tellProblem } from "@/ui/toast";
import { ResumeDialog } from "./lazy-resume";
import { verbsFor } from "./verbs";

const LOOKS: Record<Verb, { word: string; icon: typeof IconRepeat; done: string }> = {
  resume: { word: "Resume", icon: IconPlayerPlayFilled, done: "It goes on" },
  restart: { word: "Restart", icon: IconRotateClockwise, done: "It starts again where it failed" },
  replay: { word: "Replay", icon: IconRepeat, done: "A new execution has begun" },
  pause: { word: "Pause", icon: IconPlayerPauseFilled, done: "It pauses after what runs now" },
  kill: { word: "Kill", icon: IconPlayerStopFilled, done: "It has been asked to stop" },
};

/** What one must be allowed to do for each. */
const NEEDS: Record<Verb, string> = {
  resume: "execution.edit",
  restart: "execution.edit",
  replay: "execution.create",
  pause: "execution.edit",
  kill: "execution.kill",
};

export function useVerb(tenant: string, id: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ verb, ...options }: { verb: Verb; taskRunId?: string; form?: FormData }) =>
      act(tenant, id, verb, options),
    onSuccess: async (answer, { verb }) => {
      tell(LOOKS[verb].done);
      if (verb === "replay" && answer?.id && answer.id !== id) {
        await navigate({
          to: "/$tenant/executions/$executionId/gantt",
          params: { tenant, executionId: answer.id },
        });
      }
    },
    onError: tellProblem,
    onSettled: () => client.invalidateQueries({ queryKey: executionKeys.all(tenant) }),
  });
}

interface ExecutionActionsProps {
  tenant: string;
  execution: Execution;
}

export function ExecutionActions({ tenant, execution }: ExecutionActionsProps) {
  const { id } = execution;
  const verb = useVerb(tenant, id);
  const [asked, setAsked] = useState<"kill" | "delete" | "replay">();
  const [questions, setQuestions] = useState<readonly FlowInput[]>([]);
  const may = useMay(tenant, execution.namespace);
  const allowed = verbsFor(execution.state.current);
  const verbs = allowed.verbs.filter((one) => may(NEEDS[one]));
  const canDelete = allowed.canDelete && may("execution.delete");
  // A pause may ask something; one that asks nothing is resumed at once.
  const ask = useMutation({
    mutationFn: () => resumeQuestions(tenant, id),
    onSuccess: (found) => (found.length ? setQuestions(found) : verb.mutate({ verb: "resume" })),
    onError: tellProblem,
  });
  const press = (chosen: Verb) => {
    if (chosen === "kill" || chosen === "replay") setAsked(chosen);
    else if (chosen === "resume") ask.mutate();
    else verb.mutate({ verb: chosen });
  };
  const close = () => setAsked(undefined);
  return (
    <>
      {verbs.map((one, position) => {
        const { word, icon: Icon } = LOOKS[one];
        return (
          <Button
            key={one}
            variant={position === 0 && one === "resume" ? "filled" : "default"}
            leftSection={<Icon size={14} />}
            loading={verb.isPending && verb.variables.verb === one}
            onClick={() => press(one)}
          >
            {word}
          </Button>
        );
      })}
      {canDelete && <DeleteMenu onDelete={() => setAsked("delete")} />}
      <Confirm
        opened={asked === "kill"}
        title="Kill this execution?"
        verb="Kill"
        danger
        onConfirm={() => {
          verb.mutate({ verb: "kill" });
          close();
        }}
        onClose={close}
      >
        Running tasks are interrupted. What they already did elsewhere stays done.
      </Confirm>
      {asked === "replay" && <ReplayDialog tenant={tenant} execution={execution} onClose={close} />}
      <Delete tenant={tenant} id={id} opened={asked === "delete"} onClose={close} />
      {questions.length > 0 && (
        <ResumeDialog
          flowId={execution.flowId}
          inputs={questions}
          onResume={(form) => {
            verb.mutate({ verb: "resume", form });
            setQuestions([]);
          }}
          onClose={() => setQuestions([])}
        />
      )}
    </>
  );
}

function DeleteMenu({ onDelete }: { onDelete: () => void }) {
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="More actions">
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconTrash size={14} />}
          color="var(--tone-danger)"
          onClick={onDelete}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface DeleteProps {
  tenant: string;
  id: string;
  opened: boolean;
  onClose: () => void;
}

function Delete({ tenant, id, opened, onClose }: DeleteProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => deleteExecution(tenant, id),
    onSuccess: async () => {
      tell("The execution is deleted");
      await navigate({ to: "/$tenant/executions", params: { tenant } });
      await client.invalidateQueries({ queryKey: executionKeys.lists(tenant) });
    },
    onError: tellProblem,
  });
  return (
    <Confirm
      opened={opened}
      title="Delete this execution?"
      verb="Delete"
      danger
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      Its logs, metrics and files go with it. This cannot be undone.
    </Confirm>
  );
}
