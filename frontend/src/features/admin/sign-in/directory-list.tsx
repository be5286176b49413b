/// Directories that say by SCIM who belongs to the tenant, and their tokens.
import { ActionIcon, Button, Menu, Modal } from "@mantine/core";
import { IconAddressBook, IconDots, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useRights } from "@/api/rights";
import {
  changeDirectory,
  type Directory,
  deleteDirectory,
  directoriesKey,
  directoriesQuery,
  exchangeToken,
  makeDirectory,
} from "@/api/sign-in";
import { Copy } from "@/ui/copy";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { Deletion } from "../parts/deletion";
import { Listing } from "../parts/listing";
import { Naming } from "../parts/named";
import { Badge, Section } from "../parts/section";
import { ShownOnce } from "../parts/shown-once";
import { useChange } from "../parts/use-change";

type Made = Directory & { fullToken: string };

export function DirectoryList() {
  const { tenant } = useParams({ from: "/$tenant/admin/directories" });
  const rights = useRights(tenant);
  const directories = useQuery(directoriesQuery(tenant));
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Made>();
  const [going, setGoing] = useState<Directory>();
  const mayEdit = rights.everywhere.has("user.edit");
  const add = mayEdit && (
    <Button leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
      New directory
    </Button>
  );
  return (
    <Section
      title="Directories"
      lead="The company's directory keeps people and groups here by SCIM 2.0; whoever is switched off there is out here within seconds."
      actions={add}
    >
      <Listing
        label="Directories"
        query={directories}
        columns={[
          { name: "Directory" },
          { name: "State", width: 100 },
          { name: "Last heard of", width: 140 },
          { name: "Actions", hidden: true, width: 48 },
        ]}
        empty={
          <Empty icon={<IconAddressBook size={22} />} title="People are kept by hand" action={add}>
            Make one here, then enter its address and its token at the directory.
          </Empty>
        }
        row={(directory) => (
          <Row
            key={directory.id}
            tenant={tenant}
            directory={directory}
            mayEdit={mayEdit}
            onToken={setMade}
            onDelete={setGoing}
          />
        )}
      />
      {making && (
        <NewDirectory
          tenant={tenant}
          onMade={(one) => {
            setMaking(false);
            setMade(one);
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {made && (
        <Modal opened onClose={() => setMade(undefined)} title={`Token of ${made.name}`} size="lg">
          <ShownOnce what="the token" text={made.fullToken} onDone={() => setMade(undefined)}>
            Enter it at the directory, with the address <code>{made.address}</code>. It cannot be
            shown again.
          </ShownOnce>
        </Modal>
      )}
      {going && (
        <Deletion
          name={going.name}
          change={() => deleteDirectory(tenant, going.id)}
          touches={[directoriesKey(tenant)]}
          onDone={() => setGoing(undefined)}
          onClose={() => setGoing(undefined)}
        >
          Its token is refused at once. Its people and groups stay, and are kept by hand from then
          on.
        </Deletion>
      )}
    </Section>
  );
}

interface RowProps {
  tenant: string;
  directory: Directory;
  mayEdit: boolean;
  onToken: (made: Made) => void;
  onDelete: (directory: Directory) => void;
}

function Row({ tenant, directory, mayEdit, onToken, onDelete }: RowProps) {
  const touches = [directoriesKey(tenant)];
  const exchange = useChange({
    change: () => exchangeToken(tenant, directory.id),
    touches,
    onDone: onToken,
  });
  const turn = useChange({
    change: (enabled: boolean) => changeDirectory(tenant, directory.id, { enabled }),
    touches,
  });
  return (
    <tr>
      <td data-grow>
        <span className={table.stack}>
          <span className={table.primary}>{directory.name}</span>
          <span className={table.secondary}>
            {directory.address} <Copy text={directory.address} what="the address" />
          </span>
        </span>
      </td>
      <td>
        <Badge tone={directory.enabled ? "success" : "neutral"}>
          {directory.enabled ? "On" : "Off"}
        </Badge>
      </td>
      <td data-label="Last heard of">
        {directory.lastUsedAt ? <When at={directory.lastUsedAt} /> : "Never"}
      </td>
      <td className={table.end}>
        {mayEdit && (
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label={`Actions for ${directory.name}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => exchange.mutate(undefined, { onError: tellProblem })}>
                Exchange the token
              </Menu.Item>
              <Menu.Item onClick={() => turn.mutate(!directory.enabled, { onError: tellProblem })}>
                {directory.enabled ? "Switch off" : "Switch on"}
              </Menu.Item>
              <Menu.Item onClick={() => onDelete(directory)}>Delete</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </td>
    </tr>
  );
}

interface NewDirectoryProps {
  tenant: string;
  onMade: (made: Made) => void;
  onClose: () => void;
}

function NewDirectory({ tenant, onMade, onClose }: NewDirectoryProps) {
  return (
    <Naming
      title="New directory"
      verb="Make the directory"
      hint="Where the people come from, such as Entra or Okta."
      change={(facts) => makeDirectory(tenant, facts)}
      touches={[directoriesKey(tenant)]}
      onDone={onMade}
      onClose={onClose}
    />
  );
}
