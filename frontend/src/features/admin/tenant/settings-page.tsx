/// What a tenant's admins decide for everybody in it.
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useRights } from "@/api/rights";
import { tenantQuery } from "@/api/tenant";
import { Loaded } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { Section } from "../parts/section";
import { DeletionCard } from "./deletion-card";
import { FactsCard } from "./facts-card";
import { LogoCard } from "./logo-card";
import { RetentionCard } from "./retention-card";
import { SuspendedNote } from "./standing-card";

export function TenantSettings() {
  const { tenant } = useParams({ from: "/$tenant/admin/settings" });
  const rights = useRights(tenant);
  const facts = useQuery(tenantQuery(tenant));
  return (
    <Loaded what="Tenant settings" query={facts}>
      {(found) => (
        <Section
          title="Tenant settings"
          lead="What holds for everybody in this tenant, and how long it keeps what has ended."
        >
          <div className={parts.stack}>
            {found.suspended && <SuspendedNote suspension={found.suspended} />}
            <FactsCard key={JSON.stringify(found)} tenant={found} />
            <LogoCard tenant={found} />
            <RetentionCard tenant={tenant} />
            {rights.everywhere.has("tenant.delete") && (
              <DeletionCard tenant={found} onGone={() => window.location.assign("/ui/")} />
            )}
          </div>
        </Section>
      )}
    </Loaded>
  );
}
