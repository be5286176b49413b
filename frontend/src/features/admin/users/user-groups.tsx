/// The groups of somebody, and the way to change them.
import { Button, Modal, MultiSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type EntrantDetail, rightsKey, setGroups, suggestGroupsQuery } from "@/api/principals";
import { useRights } from "@/api/rights";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { GroupChip } from "../parts/section";
import { useChange } from "../parts/use-change";

export function UserGroups({ tenant, person }: { tenant: string; person: EntrantDetail }) {
  const rights = useRights(tenant);
  const [changing, setChanging] = useState(false);
  return (
    <span className={parts.chips}>
      {person.groups.map((group) => (
        <GroupChip key={group.id} tenant={tenant} id={group.id} name={group.name} />
      ))}
      {person.groups.length === 0 && <span>None</span>}
      {rights.everywhere.has("group.edit") && (
        <Button variant="subtle" size="compact-xs" onClick={() => setChanging(true)}>
          Change
        </Button>
      )}
      {changing && (
        <ChangeGroups tenant={tenant} person={person} onClose={() => setChanging(false)} />
      )}
    </span>
  );
}

interface ChangeGroupsProps {
  tenant: string;
  person: EntrantDetail;
  onClose: () => void;
}

function ChangeGroups({ tenant, person, onClose }: ChangeGroupsProps) {
  // Who belongs by an identity provider leaves there.
  const byHand = person.groups.filter((group) => !group.external);
  const external = person.groups.filter((group) => group.external);
  const [chosen, setChosen] = useState(byHand.map((group) => group.id));
  const { data } = useQuery(suggestGroupsQuery(tenant, ""));
  const names = new Map([...byHand, ...(data ?? [])].map(({ id, name }) => [id, name]));
  for (const group of external) names.delete(group.id);
  const save = useChange({
    change: () => setGroups(tenant, person.id, chosen),
    touches: [rightsKey(tenant)],
    said: "The groups are saved.",
    onDone: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={`Groups of ${person.displayName}`}>
      <div className={parts.form}>
        {save.error && <Problem error={save.error} />}
        <MultiSelect
          label="Groups"
          size="xs"
          searchable
          value={chosen}
          onChange={setChosen}
          data={[...names].map(([value, label]) => ({ value, label }))}
          nothingFoundMessage="No group is called so"
          maxDropdownHeight={260}
          data-autofocus
        />
        {external.length > 0 && (
          <p className={parts.note}>
            The directory says that they are also in{" "}
            {external.map((group) => group.name).join(", ")}; that is changed there.
          </p>
        )}
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={save.isPending} onClick={() => save.mutate()}>
            Save
          </Button>
        </div>
      </div>
    </Modal>
  );
}
