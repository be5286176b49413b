/// One service account: its tokens, its roles.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import {
  accountQuery,
  changeAccount,
  deleteAccount,
  rightsKey,
  type ServiceAccount,
} from "@/api/principals";
import { useRights } from "@/api/rights";
import { bindingsQuery } from "@/api/roles";
import { HeldRoles } from "../bindings/held-roles";
import { Deletion } from "../parts/deletion";
import { Loaded } from "../parts/loaded";
import { NamedActions, Naming } from "../parts/named";
import parts from "../parts/parts.module.css";
import { GroupChip, Section } from "../parts/section";
import { Tokens } from "../tokens/tokens";

export function AccountPage() {
  const { tenant, accountId } = useParams({ from: "/$tenant/admin/service-accounts/$accountId" });
  const account = useQuery(accountQuery(tenant, accountId));
  return (
    <Loaded what="Service account" query={account}>
      {(found) => <Shown tenant={tenant} account={found} />}
    </Loaded>
  );
}

interface ShownProps {
  tenant: string;
  account: ServiceAccount;
}

function Shown({ tenant, account }: ShownProps) {
  const rights = useRights(tenant);
  const mayEdit = rights.everywhere.has("serviceaccount.edit");
  const bindings = useQuery({
    ...bindingsQuery(tenant, { principal: account.id, page: 1, size: 250 }),
    enabled: rights.somewhere.has("binding.view"),
  });
  return (
    <Section
      title={account.name}
      lead={account.description || undefined}
      beside={
        <span className={parts.chips}>
          {account.groups.map((group) => (
            <GroupChip key={group.id} tenant={tenant} id={group.id} name={group.name} />
          ))}
        </span>
      }
      back={
        <Link to="/$tenant/admin/service-accounts" params={{ tenant }}>
          Service accounts
        </Link>
      }
      actions={mayEdit && <Actions tenant={tenant} account={account} />}
    >
      <div className={parts.stack}>
        <Tokens
          owner={{ tenant, account: account.id }}
          catalogueOf={rights.everywhere.has("binding.view") ? tenant : undefined}
          mayEdit={mayEdit}
          nothing="Make a token for each place that uses this account, so that each can be revoked alone."
        />
        {bindings.data && (
          <HeldRoles
            tenant={tenant}
            principal={{ type: "USER", id: account.id, name: account.name }}
            roles={bindings.data.results.map((row) => ({
              key: row.id,
              role: row.role,
              namespace: row.namespace,
              bindingId: row.id,
            }))}
            nothing="It has no role of its own. Give it just what it needs, on the namespace it works in."
          />
        )}
      </div>
    </Section>
  );
}

function Actions({ tenant, account }: ShownProps) {
  const navigate = useNavigate();
  const touches = [rightsKey(tenant)];
  return (
    <NamedActions
      rename={(close) => (
        <Naming
          title="Rename the account"
          verb="Save"
          start={account}
          change={(facts) => changeAccount(tenant, account.id, facts)}
          touches={touches}
          said="The account is saved."
          onDone={close}
          onClose={close}
        />
      )}
      remove={(close) => (
        <Deletion
          name={account.name}
          change={() => deleteAccount(tenant, account.id)}
          touches={touches}
          onDone={() => navigate({ to: "/$tenant/admin/service-accounts", params: { tenant } })}
          onClose={close}
        >
          Its tokens stop working at once, and whatever uses them is refused.
        </Deletion>
      )}
    />
  );
}
