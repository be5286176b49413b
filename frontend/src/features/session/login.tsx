/// Signing in.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { ApiProblem } from "@/api/client";
import { askedOf } from "@/api/factors";
import { refusalInWords } from "@/api/login-providers";
import { signIn } from "@/api/session";
import { Problem } from "@/ui/problem";
import { Providers } from "./providers";
import { SecondStep } from "./second-step";
import classes from "./session.module.css";
import { SessionPage } from "./session-page";

/** A new session is a new page: nothing that another person saw stays in memory. */
function enter(next: string | undefined): void {
  window.location.assign(`/ui${next ?? "/"}`);
}

function inWords(error: Error): Error {
  const refused = error instanceof ApiProblem && [400, 401, 403].includes(error.status);
  return refused ? new Error("The e-mail or the password is not right. Try again.") : error;
}

export function Login() {
  const { next, tenant, error: refused } = useSearch({ from: "/login" });
  const login = useMutation({ mutationFn: signIn, onSuccess: () => enter(next) });
  const asked = askedOf(login.error);
  if (asked) return <SecondStep asked={asked} onDone={() => enter(next)} onBack={login.reset} />;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    login.mutate({
      username: String(form.get("username")),
      password: String(form.get("password")),
    });
  };
  return (
    <SessionPage title="Sign in" lead="Welcome back to Downbeat.">
      <form className={classes.form} onSubmit={submit}>
        {login.error && <Problem error={inWords(login.error)} />}
        {refused && login.isIdle && <Problem error={new Error(refusalInWords(refused))} />}
        <TextInput
          label="E-mail"
          name="username"
          type="text"
          inputMode="email"
          autoComplete="username"
          size="sm"
          required
          withAsterisk={false}
          autoFocus
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          size="sm"
          required
          withAsterisk={false}
        />
        <Button type="submit" size="sm" mt={6} loading={login.isPending || login.isSuccess}>
          Sign in
        </Button>
      </form>
      <Providers tenant={tenant} next={next} />
    </SessionPage>
  );
}
