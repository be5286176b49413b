/// Adds or removes a second factor; each asks for the password again.
import { Button, Modal, PasswordInput, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import {
  addPasskey,
  beginApp,
  type Factor,
  newRecoveryCodes,
  proveFactor,
  removeFactor,
} from "@/api/factors";
import { Enrolment } from "@/features/session/enrolment";
import classes from "@/features/session/session.module.css";
import { Problem } from "@/ui/problem";

export type FactorTask = { kind: "app" | "passkey" | "codes" } | { kind: "remove"; factor: Factor };

interface FactorDialogProps {
  task: FactorTask;
  /** With recovery codes when there are new ones. */
  onDone: (codes: readonly string[]) => void;
  onClose: () => void;
}

const TITLES = {
  app: "Add an authenticator app",
  passkey: "Add a passkey",
  codes: "New recovery codes",
  remove: "Remove this second factor",
} as const;

async function work(task: FactorTask, password: string): Promise<readonly string[]> {
  if (task.kind === "remove") {
    await removeFactor(task.factor.id, password);
    return [];
  }
  const made = task.kind === "passkey" ? addPasskey(password, "") : newRecoveryCodes(password);
  return (await made).recoveryCodes;
}

export function FactorDialog({ task, onDone, onClose }: FactorDialogProps) {
  const begun = useMutation({ mutationFn: beginApp });
  const working = useMutation({
    mutationFn: (password: string) => work(task, password),
    onSuccess: onDone,
  });
  const proving = useMutation({
    mutationFn: (code: string) => proveFactor(begun.data?.id ?? "", { code }),
    onSuccess: ({ recoveryCodes }) => onDone(recoveryCodes),
  });
  const problem = begun.error ?? working.error ?? proving.error;
  const begin = task.kind === "app" ? begun.mutate : working.mutate;
  return (
    <Modal opened onClose={onClose} title={TITLES[task.kind]} size="sm">
      <div className={classes.form}>
        {problem && <Problem error={problem} />}
        {begun.data ? (
          <>
            <Enrolment begun={begun.data} />
            <OneField name="code" busy={proving.isPending} onSend={proving.mutate} />
          </>
        ) : (
          <>
            <Text size="sm" c="dimmed">
              {task.kind === "codes"
                ? "The codes that you have now become void."
                : "Your password, once more."}
            </Text>
            <OneField name="password" busy={begun.isPending || working.isPending} onSend={begin} />
          </>
        )}
      </div>
    </Modal>
  );
}

interface OneFieldProps {
  name: "password" | "code";
  busy: boolean;
  onSend: (value: string) => void;
}

function OneField({ name, busy, onSend }: OneFieldProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSend(String(new FormData(event.currentTarget).get(name)));
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      {name === "password" ? (
        <PasswordInput
          label="Password"
          name={name}
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus
        />
      ) : (
        <TextInput
          label="Code of your app"
          name={name}
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          autoFocus
        />
      )}
      <Button type="submit" loading={busy}>
        Go on
      </Button>
    </form>
  );
}
