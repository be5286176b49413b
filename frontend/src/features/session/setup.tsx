/// The first visit to a fresh server: the first administrator makes an account.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { type FirstAdmin, setUp, setupQuery, signIn } from "@/api/session";
import { Problem } from "@/ui/problem";
import classes from "./session.module.css";
import { SessionPage } from "./session-page";

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

async function begin(admin: FirstAdmin): Promise<void> {
  await setUp(admin);
  await signIn({ username: admin.username, password: admin.password });
}

function adminOf(form: FormData): FirstAdmin {
  return {
    username: String(form.get("username")).trim(),
    password: String(form.get("password")),
    token: String(form.get("token") ?? "").trim() || undefined,
  };
}

export function SetUp() {
  const { data } = useQuery(setupQuery);
  const shortest = data?.passwordConfiguration?.passwordMinLength ?? 8;
  const setup = useMutation({
    mutationFn: begin,
    onSuccess: () => window.location.assign("/ui/"),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setup.mutate(adminOf(new FormData(event.currentTarget)));
  };
  if (data?.done && setup.isIdle) return <Navigate to="/login" />;
  return (
    <SessionPage
      title="Set up Downbeat"
      lead="This server is new. Make the first administrator's account; others can be invited later."
    >
      <form className={classes.form} onSubmit={submit}>
        {setup.error && <Problem error={setup.error} />}
        <TextInput
          label="E-mail"
          name="username"
          type="email"
          autoComplete="username"
          size="sm"
          required
        />
        <PasswordInput
          label="Password"
          description={`At least ${shortest} characters; a sentence is easy to remember.`}
          name="password"
          autoComplete="new-password"
          minLength={shortest}
          size="sm"
          required
        />
        {!LOOPBACK.test(window.location.hostname) && (
          <TextInput
            label="Set-up token"
            description="The server printed it when it started."
            name="token"
            autoComplete="off"
            size="sm"
            required
          />
        )}
        <Button type="submit" size="sm" mt={6} loading={setup.isPending || setup.isSuccess}>
          Create the account
        </Button>
      </form>
    </SessionPage>
  );
}
