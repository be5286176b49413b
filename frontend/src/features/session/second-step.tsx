/// The second step of signing in: a code, a passkey, or a recovery code.
import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import { type SecondStepAsked, type Shown, secondStep, signWithPasskey } from "@/api/factors";
import { Problem } from "@/ui/problem";
import { Enrolment } from "./enrolment";
import { RecoveryCodes } from "./recovery-codes";
import classes from "./session.module.css";
import { SessionPage } from "./session-page";

interface SecondStepProps {
  asked: SecondStepAsked;
  onDone: () => void;
  onBack: () => void;
}

/** Nobody can go on from a wait that is over: the way back is the password. */
function isOver(error: Error | null): boolean {
  return error instanceof ApiProblem && error.code === "login.not_waiting";
}

export function SecondStep({ asked, onDone, onBack }: SecondStepProps) {
  const [recovering, recover] = useState(false);
  const step = useMutation({
    mutationFn: secondStep,
    onSuccess: ({ recoveryCodes }) => recoveryCodes.length === 0 && onDone(),
  });
  const key = useMutation({
    mutationFn: async () =>
      asked.publicKey && step.mutateAsync({ credential: await signWithPasskey(asked.publicKey) }),
  });
  const codes = step.data?.recoveryCodes ?? [];
  if (codes.length > 0)
    return (
      <SessionPage title="Recovery codes" lead="For the day on which you have lost your app.">
        <RecoveryCodes codes={codes} onDone={onDone} />
      </SessionPage>
    );
  const byCode = asked.enrol !== undefined || recovering || asked.methods.includes("TOTP");
  const problem = step.error ?? key.error;
  return (
    <SessionPage title="Second step" lead={leadOf(asked, recovering)}>
      <div className={classes.form}>
        {problem && <Problem error={problem} onRetry={isOver(problem) ? onBack : undefined} />}
        {asked.enrol && <Enrolment begun={asked.enrol} />}
        {asked.publicKey && !recovering && (
          <Button onClick={() => key.mutate()} loading={key.isPending} data-autofocus>
            Use a passkey
          </Button>
        )}
        {byCode && <CodeForm recovering={recovering} busy={step.isPending} onShow={step.mutate} />}
        {!asked.enrol && (
          <Button variant="subtle" onClick={() => recover(!recovering)}>
            {recovering ? "Back to the second factor" : "Use a recovery code"}
          </Button>
        )}
        <Button variant="subtle" onClick={onBack}>
          Sign in as somebody else
        </Button>
      </div>
    </SessionPage>
  );
}

function leadOf(asked: SecondStepAsked, recovering: boolean): string {
  if (asked.enrol) return "This instance asks everybody for a second factor. Add yours now.";
  if (recovering) return "Type one of the codes that you have kept. Each works once.";
  return "Show that it is you.";
}

interface CodeFormProps {
  recovering: boolean;
  busy: boolean;
  onShow: (shown: Shown) => void;
}

function CodeForm({ recovering, busy, onShow }: CodeFormProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get("code"));
    onShow(recovering ? { recoveryCode: code } : { code });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        key={String(recovering)}
        label={recovering ? "Recovery code" : "Code of your app"}
        name="code"
        inputMode={recovering ? "text" : "numeric"}
        autoComplete="one-time-code"
        required
        withAsterisk={false}
        autoFocus
      />
      <Button type="submit" loading={busy}>
        Go on
      </Button>
    </form>
  );
}
