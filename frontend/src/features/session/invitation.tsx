/// An invitation's link: join with the account that one has, or with a new one.
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { type InvitationRead, join, joinAsNew, readInvitation } from "@/api/invitations";
import { meQuery, signIn, signOut } from "@/api/session";
import { Problem } from "@/ui/problem";
import classes from "./session.module.css";
import { SessionPage } from "./session-page";

const enter = (tenant: string) => window.location.assign(`/ui/${tenant}/flows`);

/** What follows the # never leaves the browser: not in an address, and so in no server's log. */
function kept(invitationId: string): string {
  const name = `invitation ${invitationId}`;
  const token = window.location.hash.slice(1) || (sessionStorage.getItem(name) ?? "");
  sessionStorage.setItem(name, token);
  return token;
}

export function Invitation() {
  const { invitationId } = useParams({ from: "/invitation/$invitationId" });
  const [token] = useState(() => kept(invitationId));
  const read = useQuery({
    queryKey: ["invitation", invitationId],
    queryFn: () => readInvitation(invitationId, token),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (read.error)
    return (
      <SessionPage title="Invitation" lead="This link does not open anything.">
        <Problem error={read.error} />
      </SessionPage>
    );
  if (!read.data)
    return (
      <SessionPage title="Invitation" lead="Opening the invitation…">
        <span aria-busy="true" />
      </SessionPage>
    );
  return (
    <SessionPage
      title={`Join ${read.data.tenant.name}`}
      lead={`This invitation is for ${read.data.email}.`}
    >
      {read.data.hasAccount ? (
        <WithAccount invitation={read.data} token={token} />
      ) : (
        <AsNew invitation={read.data} token={token} />
      )}
    </SessionPage>
  );
}

interface JoinProps {
  invitation: InvitationRead;
  token: string;
}

function WithAccount({ invitation, token }: JoinProps) {
  const { data: me, isPending } = useQuery(meQuery);
  const joining = useMutation({
    mutationFn: () => join(invitation.id, token),
    onSuccess: () => enter(invitation.tenant.id),
  });
  const here = `/invitation/${invitation.id}`;
  const toLogin = () => window.location.assign(`/ui/login?next=${encodeURIComponent(here)}`);
  const change = useMutation({ mutationFn: signOut, onSuccess: toLogin });
  if (isPending) return <span aria-busy="true" />;
  if (!me)
    return (
      <div className={classes.form}>
        <p className={classes.note}>You have an account. Sign in with it to join.</p>
        <Button onClick={toLogin}>Sign in</Button>
      </div>
    );
  const isMine = me.email.toLowerCase() === invitation.email;
  return (
    <div className={classes.form}>
      {joining.error && <Problem error={joining.error} />}
      {isMine ? (
        <Button onClick={() => joining.mutate()} loading={joining.isPending || joining.isSuccess}>
          Join
        </Button>
      ) : (
        <>
          <p className={classes.note}>You are signed in as {me.email}.</p>
          <Button onClick={() => change.mutate()} loading={change.isPending}>
            Sign in as {invitation.email}
          </Button>
        </>
      )}
    </div>
  );
}

function AsNew({ invitation, token }: JoinProps) {
  const joining = useMutation({
    mutationFn: async (form: FormData) => {
      const password = String(form.get("password"));
      const firstName = String(form.get("firstName")).trim();
      const lastName = String(form.get("lastName")).trim();
      await joinAsNew(invitation.id, { token, password, firstName, lastName });
      await signIn({ username: invitation.email, password }).catch(() => undefined);
    },
    onSuccess: () => enter(invitation.tenant.id),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    joining.mutate(new FormData(event.currentTarget));
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      {joining.error && <Problem error={joining.error} />}
      <TextInput label="First name" name="firstName" autoComplete="given-name" maxLength={150} />
      <TextInput label="Last name" name="lastName" autoComplete="family-name" maxLength={150} />
      <PasswordInput
        label="Password"
        description="At least 8 characters; a sentence is easy to remember."
        name="password"
        autoComplete="new-password"
        minLength={8}
        required
        withAsterisk={false}
      />
      <Button type="submit" loading={joining.isPending || joining.isSuccess}>
        Make the account and join
      </Button>
    </form>
  );
}
