/// A new password, proved by the old one.
import { Button, PasswordInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "@/api/client";
import { changePassword, setupQuery } from "@/api/session";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import classes from "./me.module.css";

const USUAL_LEAST = 8;

export function PasswordForm() {
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const { data } = useQuery(setupQuery);
  const least = data?.passwordConfiguration?.passwordMinLength ?? USUAL_LEAST;
  const save = useMutation({
    mutationFn: () => changePassword(old, next),
    // The session ended with the old password.
    onSuccess: () => window.location.assign("/ui/login"),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Card title="Password">
      <form className={classes.form} onSubmit={submit}>
        {save.error && <Problem error={inWords(save.error)} />}
        <PasswordInput
          label="Current password"
          autoComplete="current-password"
          size="xs"
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
          required
        />
        <PasswordInput
          label="New password"
          description={`At least ${least} characters; a sentence is easy to remember.`}
          autoComplete="new-password"
          size="xs"
          minLength={least}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          required
        />
        <p className={classes.note}>
          Every session of yours ends, this one included: sign in again with the new password. API
          tokens go on working.
        </p>
        <div className={classes.end}>
          <Button
            type="submit"
            loading={save.isPending || save.isSuccess}
            disabled={!old || next.length < least}
          >
            Change the password
          </Button>
        </div>
      </form>
    </Card>
  );
}

/** The server says the same for a wrong log-in; here it can only be the password. */
function inWords(error: Error): Error {
  const wrong = error instanceof ApiProblem && error.status === 401;
  return wrong ? new Error("The current password is not right. Nothing was changed.") : error;
}
