/// Service accounts: who acts when no person does.
import { IconRobot } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { accountsQuery, makeAccount, rightsKey } from "@/api/principals";
import { useRights } from "@/api/rights";
import { table } from "@/ui/tables";
import { Collection } from "../parts/collection";
import { Naming } from "../parts/named";
import parts from "../parts/parts.module.css";
import { GroupChip } from "../parts/section";
import { useListSearch } from "../parts/use-list-search";

export function AccountList() {
  const { tenant } = useParams({ from: "/$tenant/admin/service-accounts" });
  const list = useListSearch();
  const rights = useRights(tenant);
  const accounts = useQuery(accountsQuery(tenant, list.asked));
  return (
    <Collection
      title="Service accounts"
      lead="Accounts for machines: a pipeline of CI, a script, another system. They have tokens and no password."
      query={accounts}
      list={list}
      columns={[{ name: "Name" }, { name: "Description" }, { name: "Groups" }]}
      icon={<IconRobot size={22} />}
      nothing={{
        title: "No service account yet",
        text: "Make one for each machine that calls the API, with just the role that it needs. A person who leaves then takes no pipeline along.",
      }}
      add={
        rights.everywhere.has("serviceaccount.edit") && {
          word: "New service account",
          dialog: (close) => <NewAccount tenant={tenant} onClose={close} />,
        }
      }
      row={(account) => (
        <tr key={account.id}>
          <td data-wide>
            <Link
              to="/$tenant/admin/service-accounts/$accountId"
              params={{ tenant, accountId: account.id }}
              className={table.primary}
            >
              {account.name}
            </Link>
          </td>
          <td className={table.secondary}>{account.description}</td>
          <td>
            <span className={parts.chips}>
              {account.groups.map((group) => (
                <GroupChip key={group.id} tenant={tenant} id={group.id} name={group.name} />
              ))}
            </span>
          </td>
        </tr>
      )}
    />
  );
}

function NewAccount({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const navigate = useNavigate();
  return (
    <Naming
      title="New service account"
      verb="Make the account"
      hint="What acts with it, such as ci-deploy."
      change={(facts) => makeAccount(tenant, facts)}
      touches={[rightsKey(tenant)]}
      onDone={(account) =>
        void navigate({
          to: "/$tenant/admin/service-accounts/$accountId",
          params: { tenant, accountId: account.id },
        })
      }
      onClose={onClose}
    />
  );
}
