/// One identity provider: described, tried, switched on.
import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useRights } from "@/api/rights";
import {
  changeProvider,
  deleteProvider,
  type KnownProvider,
  makeProvider,
  type ProviderWish,
  providerQuery,
  providersKey,
} from "@/api/sign-in";
import { Card, Facts } from "@/ui/card";
import { Copy } from "@/ui/copy";
import { Deletion } from "../parts/deletion";
import { Loaded } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { keptDraft } from "./kept-draft";
import { draftOf, EMPTY } from "./provider-draft";
import { ProviderForm } from "./provider-form";
import { TestResult } from "./test-result";

const LIST = "/$tenant/admin/identity-providers";

export function NewProvider() {
  const { tenant } = useParams({ from: "/$tenant/admin/identity-providers/new" });
  const { test } = useSearch({ from: "/$tenant/admin/identity-providers/new" });
  const navigate = useNavigate();
  const [start] = useState(() => (test ? keptDraft() : EMPTY));
  const make = useChange({
    change: (wish: ProviderWish) => makeProvider(tenant, wish),
    touches: [providersKey(tenant)],
    said: "The provider is saved.",
    onDone: ({ name }) =>
      void navigate({ to: "/$tenant/admin/identity-providers/$name", params: { tenant, name } }),
  });
  return (
    <Section
      title="New identity provider"
      back={
        <Link to={LIST} params={{ tenant }}>
          Identity providers
        </Link>
      }
    >
      <div className={parts.stack}>
        {test && <TestResult tenant={tenant} id={test} />}
        <ProviderForm
          tenant={tenant}
          start={start}
          back={`/${tenant}/admin/identity-providers/new`}
          save={make}
          fresh
        />
      </div>
    </Section>
  );
}

export function ProviderPage() {
  const { tenant, name } = useParams({ from: "/$tenant/admin/identity-providers/$name" });
  const provider = useQuery(providerQuery(tenant, name));
  return (
    <Loaded what="Identity provider" query={provider}>
      {(known) => <Shown key={known.name} tenant={tenant} known={known} />}
    </Loaded>
  );
}

function Shown({ tenant, known }: { tenant: string; known: KnownProvider }) {
  const { test } = useSearch({ from: "/$tenant/admin/identity-providers/$name" });
  const rights = useRights(tenant);
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const mayEdit = rights.everywhere.has("identityprovider.edit");
  const save = useChange({
    change: (wish: ProviderWish) => changeProvider(tenant, wish),
    touches: [providersKey(tenant)],
    said: "The provider is saved.",
  });
  return (
    <Section
      title={known.displayName}
      beside={
        <Badge tone={known.enabled ? "success" : "neutral"}>{known.enabled ? "On" : "Off"}</Badge>
      }
      back={
        <Link to={LIST} params={{ tenant }}>
          Identity providers
        </Link>
      }
      actions={
        mayEdit && (
          <Button
            variant="default"
            leftSection={<IconTrash size={15} />}
            onClick={() => setDeleting(true)}
          >
            Delete
          </Button>
        )
      }
    >
      <div className={parts.stack}>
        {test && <TestResult tenant={tenant} id={test} />}
        <Addresses addresses={known.addresses} />
        {mayEdit && (
          <ProviderForm
            tenant={tenant}
            start={draftOf(known)}
            back={`/${tenant}/admin/identity-providers/${known.name}`}
            save={save}
            secretKept={known.clientSecretSet}
          />
        )}
      </div>
      {deleting && (
        <Deletion
          name={known.displayName}
          change={() => deleteProvider(tenant, known.name)}
          touches={[providersKey(tenant)]}
          onDone={() => navigate({ to: LIST, params: { tenant } })}
          onClose={() => setDeleting(false)}
        >
          Sessions that came through it end. People who have no password and no other provider
          cannot sign in any more.
        </Deletion>
      )}
    </Section>
  );
}

const ADDRESS_WORDS: Readonly<Record<string, string>> = {
  start: "Start of a sign-in",
  redirectUri: "Redirect URI",
  backchannelLogoutUri: "Back-channel logout URI",
  entityId: "Entity id",
  metadata: "Metadata",
  acs: "Assertion consumer (ACS)",
  slo: "Single logout",
};

export function Addresses({ addresses }: { addresses: Record<string, string> }) {
  return (
    <Card title="What the provider has to know">
      <Facts
        facts={Object.entries(addresses).map(([name, address]) => [
          ADDRESS_WORDS[name] ?? name,
          <span key={name} className={parts.chips} style={{ alignItems: "center" }}>
            <span className="mono" style={{ overflowWrap: "anywhere" }}>
              {address}
            </span>
            <Copy text={address} what={ADDRESS_WORDS[name] ?? name} />
          </span>,
        ])}
      />
    </Card>
  );
}
