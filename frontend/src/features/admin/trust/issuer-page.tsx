/// One trusted issuer: described, tried with a token, switched off, deleted.
import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useRights } from "@/api/rights";
import {
  changeIssuer,
  deleteIssuer,
  type IssuerWish,
  issuerQuery,
  issuersKey,
  makeIssuer,
  type TrustedIssuer,
} from "@/api/trusted-issuers";
import { When } from "@/ui/when";
import { Deletion } from "../parts/deletion";
import { Loaded } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { draftOf, EMPTY } from "./issuer-draft";
import { IssuerForm } from "./issuer-form";
import { TokenTest } from "./token-test";

const LIST = "/$tenant/admin/trusted-issuers";

function Back({ tenant }: { tenant: string }) {
  return (
    <Link to={LIST} params={{ tenant }}>
      Trusted issuers
    </Link>
  );
}

export function NewIssuer() {
  const { tenant } = useParams({ from: "/$tenant/admin/trusted-issuers/new" });
  const navigate = useNavigate();
  const make = useChange({
    change: (wish: IssuerWish) => makeIssuer(tenant, wish),
    touches: [issuersKey(tenant)],
    said: "The issuer is trusted from now on.",
    onDone: ({ id }) =>
      void navigate({
        to: "/$tenant/admin/trusted-issuers/$issuerId",
        params: { tenant, issuerId: id },
      }),
  });
  return (
    <Section title="New trusted issuer" back={<Back tenant={tenant} />}>
      <IssuerForm tenant={tenant} start={EMPTY} save={make} fresh />
    </Section>
  );
}

export function IssuerPage() {
  const { tenant, issuerId } = useParams({ from: "/$tenant/admin/trusted-issuers/$issuerId" });
  const issuer = useQuery(issuerQuery(tenant, issuerId));
  return (
    <Loaded what="Trusted issuer" query={issuer}>
      {(found) => <Shown key={found.updatedAt} tenant={tenant} issuer={found} />}
    </Loaded>
  );
}

function Shown({ tenant, issuer }: { tenant: string; issuer: TrustedIssuer }) {
  const rights = useRights(tenant);
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const mayEdit = rights.everywhere.has("serviceaccount.edit");
  const touches = [issuersKey(tenant)];
  const save = useChange({
    change: (wish: IssuerWish) => changeIssuer(tenant, issuer.id, wish),
    touches,
    said: "The issuer is saved. Tokens that were exchanged before have ended.",
  });
  return (
    <Section
      title={issuer.name}
      lead={issuer.description || undefined}
      back={<Back tenant={tenant} />}
      beside={
        <>
          <Badge tone={issuer.enabled ? "success" : "neutral"}>
            {issuer.enabled ? "On" : "Off"}
          </Badge>
          <span className={parts.choiceHint}>
            {issuer.lastUsedAt ? (
              <>
                Last used <When at={issuer.lastUsedAt} />
              </>
            ) : (
              "Never used"
            )}
          </span>
        </>
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
        {mayEdit && <TokenTest tenant={tenant} />}
        <IssuerForm tenant={tenant} start={draftOf(issuer)} save={save} readOnly={!mayEdit} />
      </div>
      {deleting && (
        <Deletion
          name={issuer.name}
          change={() => deleteIssuer(tenant, issuer.id)}
          touches={touches}
          onDone={() => navigate({ to: LIST, params: { tenant } })}
          onClose={() => setDeleting(false)}
        >
          Its tokens are refused at once, and those that were exchanged for them end.
        </Deletion>
      )}
    </Section>
  );
}
