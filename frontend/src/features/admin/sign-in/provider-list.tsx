/// Identity providers: where people of this tenant sign in besides their password.
import { IconFingerprint } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useRights } from "@/api/rights";
import { providersQuery } from "@/api/sign-in";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { Collection } from "../parts/collection";
import { Badge } from "../parts/section";

export function ProviderList() {
  const { tenant } = useParams({ from: "/$tenant/admin/identity-providers" });
  const rights = useRights(tenant);
  const providers = useQuery(providersQuery(tenant));
  return (
    <Collection
      title="Identity providers"
      lead="Each one that is on has its button on the login page. Try it before it is on: nothing comes of a test but a report."
      query={providers}
      columns={[
        { name: "Provider" },
        { name: "Protocol", width: 110 },
        { name: "State", width: 100 },
        { name: "Certificate ends", width: 150 },
      ]}
      icon={<IconFingerprint size={22} />}
      nothing={{
        title: "People sign in by password",
        text: "Connect the company's identity provider by OpenID Connect or SAML: whoever leaves there, leaves here.",
      }}
      add={
        rights.everywhere.has("identityprovider.edit") && {
          word: "New provider",
          link: { to: "/$tenant/admin/identity-providers/new", params: { tenant } },
        }
      }
      row={(provider) => (
        <tr key={provider.name}>
          <td data-grow>
            <span className={table.stack}>
              <Link
                to="/$tenant/admin/identity-providers/$name"
                params={{ tenant, name: provider.name }}
                className={table.primary}
              >
                {provider.displayName}
              </Link>
              <span className={table.secondary}>
                {provider.oidc?.issuer ?? provider.saml?.entityId}
              </span>
            </span>
          </td>
          <td>{provider.type === "OIDC" ? "OpenID Connect" : "SAML"}</td>
          <td>
            <Badge tone={provider.enabled ? "success" : "neutral"}>
              {provider.enabled ? "On" : "Off"}
            </Badge>
          </td>
          <td data-label="Certificate ends">
            {provider.certificateExpiresAt && <When at={provider.certificateExpiresAt} />}
          </td>
        </tr>
      )}
    />
  );
}
