/// One's names and address, and the tenants one belongs to.
import { Button, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { changeProfile, meQuery, type Profile } from "@/api/session";
import type { Me } from "@/api/types";
import { Card } from "@/ui/card";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { tell } from "@/ui/toast";
import classes from "./me.module.css";

export function MyProfile() {
  const { data: me } = useQuery(meQuery);
  if (!me) return null;
  return (
    <div className={classes.narrow}>
      <Card title="Profile">
        <ProfileForm key={me.id} me={me} />
      </Card>
      <Card title="Tenants">
        <div className={classes.choices}>
          {me.tenants.map((tenant) => (
            <Link
              key={tenant.id}
              to="/$tenant/flows"
              params={{ tenant: tenant.id }}
              className={table.primary}
            >
              {tenant.name}
            </Link>
          ))}
        </div>
      </Card>
    </div>
  );
}

function ProfileForm({ me }: { me: Me }) {
  const client = useQueryClient();
  const [profile, setProfile] = useState<Profile>({
    firstName: me.firstName ?? "",
    lastName: me.lastName ?? "",
    email: me.email,
  });
  const save = useMutation({
    mutationFn: () => changeProfile(profile),
    onSuccess: (now) => {
      client.setQueryData(meQuery.queryKey, now);
      tell("Your profile is saved.");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const field = (name: keyof Profile, label: string, completion: string) => (
    <TextInput
      label={label}
      type={name === "email" ? "email" : "text"}
      autoComplete={completion}
      required={name === "email"}
      maxLength={name === "email" ? 254 : 150}
      value={profile[name]}
      onChange={(event) => setProfile({ ...profile, [name]: event.currentTarget.value })}
    />
  );
  const changed =
    profile.firstName !== (me.firstName ?? "") ||
    profile.lastName !== (me.lastName ?? "") ||
    profile.email !== me.email;
  return (
    <form className={classes.form} onSubmit={submit}>
      {save.error && <Problem error={save.error} />}
      {field("firstName", "First name", "given-name")}
      {field("lastName", "Last name", "family-name")}
      {field("email", "E-mail", "email")}
      <div className={classes.end}>
        <Button type="submit" loading={save.isPending} disabled={!changed}>
          Save
        </Button>
      </div>
    </form>
  );
}
