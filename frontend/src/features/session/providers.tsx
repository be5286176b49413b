/// The buttons of a tenant's identity providers below the password.
import { Button, TextInput } from "@mantine/core";
import { IconBuilding, IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { loginConfigQuery, startAddress, tenantOf } from "@/api/login-providers";
import classes from "./session.module.css";

interface ProvidersProps {
  tenant?: string;
  next?: string;
}

export function Providers({ tenant: given, next }: ProvidersProps) {
  const [chosen, setChosen] = useState(given ?? tenantOf(next));
  const [asking, setAsking] = useState(false);
  const { data } = useQuery(loginConfigQuery(chosen));
  const choose = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setChosen(String(form.get("tenant")).trim().toLowerCase() || undefined);
  };
  if (!data) return null;
  const none = chosen && asking && data.providers.length === 0;
  return (
    <section className={classes.providers} aria-label="Single sign-on">
      {data.providers.map((provider) => (
        <Button
          key={provider.name}
          component="a"
          href={startAddress(provider, next)}
          variant={provider.suggested ? "filled" : "default"}
          size="sm"
          leftSection={<IconKey size={16} aria-hidden />}
        >
          Continue with {provider.displayName}
        </Button>
      ))}
      {data.providers.length === 0 && !asking && !data.tenant && (
        <Button
          variant="subtle"
          size="sm"
          leftSection={<IconBuilding size={16} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          Sign in with your organisation
        </Button>
      )}
      {asking && data.providers.length === 0 && (
        <form className={classes.form} onSubmit={choose}>
          <TextInput
            label="Tenant"
            name="tenant"
            description="As it stands in the address of its pages."
            error={none ? "This tenant has no identity provider." : undefined}
            size="sm"
            required
            withAsterisk={false}
            autoFocus
          />
          <Button type="submit" variant="default" size="sm">
            Go on
          </Button>
        </form>
      )}
    </section>
  );
}
