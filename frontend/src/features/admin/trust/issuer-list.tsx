/// Trusted issuers: pipelines that act as a service account with the token that they have anyway.
import { IconCertificate } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useRights } from "@/api/rights";
import { issuersQuery, type TrustedIssuer } from "@/api/trusted-issuers";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { Collection } from "../parts/collection";
import { Badge } from "../parts/section";
import { inWords } from "./issuer-draft";

export function IssuerList() {
  const { tenant } = useParams({ from: "/$tenant/admin/trusted-issuers" });
  const rights = useRights(tenant);
  const issuers = useQuery(issuersQuery(tenant));
  return (
    <Collection
      title="Trusted issuers"
      lead="A job of GitHub Actions, GitLab CI or Kubernetes has a signed token that says what it is. Trust it, and the pipeline needs no key of ours."
      query={issuers}
      columns={[
        { name: "Issuer" },
        { name: "Conditions" },
        { name: "State", width: 90 },
        { name: "Last used", width: 130 },
      ]}
      icon={<IconCertificate size={22} />}
      nothing={{
        title: "No pipeline is trusted yet",
        text: "Make a service account with just the role that the pipeline needs, then say here which tokens act as it.",
      }}
      add={
        rights.everywhere.has("serviceaccount.edit") && {
          word: "New trusted issuer",
          link: { to: "/$tenant/admin/trusted-issuers/new", params: { tenant } },
        }
      }
      row={(issuer) => <Row key={issuer.id} tenant={tenant} issuer={issuer} />}
    />
  );
}

function Row({ tenant, issuer }: { tenant: string; issuer: TrustedIssuer }) {
  return (
    <tr>
      <td data-wide>
        <span className={table.stack}>
          <Link
            to="/$tenant/admin/trusted-issuers/$issuerId"
            params={{ tenant, issuerId: issuer.id }}
            className={table.primary}
          >
            {issuer.name}
          </Link>
          <span className={table.secondary}>{issuer.issuer}</span>
        </span>
      </td>
      <td className={table.secondary}>{issuer.conditions.map(inWords).join("; ")}</td>
      <td>
        <Badge tone={issuer.enabled ? "success" : "neutral"}>{issuer.enabled ? "On" : "Off"}</Badge>
      </td>
      <td>{issuer.lastUsedAt ? <When at={issuer.lastUsedAt} /> : "Never used"}</td>
    </tr>
  );
}
