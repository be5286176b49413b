/// Every binding: who has which role where.
import { ActionIcon, Button, Select, Tooltip } from "@mantine/core";
import { IconLink, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useRights } from "@/api/rights";
import { type Binding, bindingsQuery } from "@/api/roles";
import type { BindingsSearch } from "@/routes/admin-search";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { Listing } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { NamespacePicker } from "../parts/pickers";
import { Place, Section } from "../parts/section";
import { BindingDialog } from "./binding-dialog";
import { Principal, principalName } from "./principal";
import { UnbindConfirm } from "./unbind-confirm";

const FROM = "/$tenant/admin/bindings";

export function BindingList() {
  const { tenant } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const rights = useRights(tenant);
  const [giving, setGiving] = useState(false);
  const [going, setGoing] = useState<Binding>();
  const change = (next: BindingsSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const paging = { page: search.page ?? 1, size: search.size ?? 25 };
  const found = useQuery(
    bindingsQuery(tenant, {
      ...paging,
      namespace: search.place,
      type: search.type,
      principal: search.principal,
    }),
  );
  const mayEdit = rights.somewhere.has("binding.edit");
  const give = mayEdit && (
    <Button leftSection={<IconPlus size={15} />} onClick={() => setGiving(true)}>
      Give a role
    </Button>
  );
  return (
    <Section
      title="Bindings"
      lead="Who has which role where. A role on a namespace holds in everything below it."
      actions={give}
    >
      <div className={parts.filters}>
        <NamespacePicker
          tenant={tenant}
          label="Namespace"
          placeholder="Any"
          value={search.place}
          onChange={(place) => change({ place })}
        />
        <KindFilter type={search.type} onChange={change} />
        {search.principal && (
          <Button variant="default" mt="auto" onClick={() => change({ principal: undefined })}>
            Show everybody
          </Button>
        )}
      </div>
      <Listing
        label="Bindings"
        query={found}
        columns={[
          { name: "Who", width: "45%" },
          { name: "Role", width: "20%" },
          { name: "Where" },
          { name: "Actions", hidden: true, width: 48 },
        ]}
        paging={{
          ...paging,
          onPage: (page) => change({ page }),
          onSize: (size) => change({ size }),
        }}
        empty={
          <Empty icon={<IconLink size={22} />} title="No binding here" action={give}>
            Give a group a role on a namespace: whoever joins the group has it from then on.
          </Empty>
        }
        row={(binding) => (
          <tr key={binding.id}>
            <td data-wide>
              <Principal tenant={tenant} binding={binding} />
            </td>
            <td>
              <Link
                to="/$tenant/admin/roles/$roleId"
                params={{ tenant, roleId: binding.role.id }}
                className={table.primary}
              >
                {binding.role.name}
              </Link>
            </td>
            <td>
              <Place namespace={binding.namespace} />
            </td>
            <td className={table.end}>
              {mayEdit && (
                <Tooltip label="Take away">
                  <ActionIcon
                    aria-label={`Take ${binding.role.name} from ${principalName(binding)}`}
                    onClick={() => setGoing(binding)}
                  >
                    <IconTrash size={15} />
                  </ActionIcon>
                </Tooltip>
              )}
            </td>
          </tr>
        )}
      />
      {giving && <BindingDialog tenant={tenant} onClose={() => setGiving(false)} />}
      {going && (
        <UnbindConfirm
          tenant={tenant}
          binding={{
            id: going.id,
            role: going.role.name,
            who: principalName(going),
            namespace: going.namespace,
          }}
          onClose={() => setGoing(undefined)}
        />
      )}
    </Section>
  );
}

interface KindFilterProps {
  type: BindingsSearch["type"];
  onChange: (search: BindingsSearch) => void;
}

function KindFilter({ type, onChange }: KindFilterProps) {
  return (
    <Select
      label="Given to"
      w={170}
      value={type ?? "ANY"}
      allowDeselect={false}
      data={[
        { value: "ANY", label: "Everybody" },
        { value: "USER", label: "People and accounts" },
        { value: "GROUP", label: "Groups" },
      ]}
      onChange={(value) =>
        onChange({ type: value === "USER" || value === "GROUP" ? value : undefined })
      }
    />
  );
}
