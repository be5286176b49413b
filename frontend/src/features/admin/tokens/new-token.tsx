/// Makes a token, and shows it this one time.
import { Button, Modal, SegmentedControl, Select, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { catalogueQuery } from "@/api/explorer";
import { issueToken, type NewToken, type TokenOwner } from "@/api/tokens";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { PermissionMatrix } from "../parts/permission-matrix";
import { patterns } from "../parts/permissions";
import { ShownOnce } from "../parts/shown-once";
import { useChange } from "../parts/use-change";
import { LIVES, USUAL_LIFE } from "./scopes";

export interface NewTokenDialogProps {
  owner: TokenOwner;
  catalogueOf: string | undefined;
  onClose: () => void;
}

export function NewTokenDialog({ owner, catalogueOf, onClose }: NewTokenDialogProps) {
  const make = useChange({
    change: (token: NewToken) => issueToken(owner, token),
    touches: [["tokens"]],
  });
  if (make.data) {
    return (
      <Modal opened onClose={onClose} title={`Token ${make.data.name}`} size="lg">
        <ShownOnce what="the token" text={make.data.fullToken} onDone={onClose}>
          Copy the token now: it is not kept anywhere and cannot be shown again.
        </ShownOnce>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title="New token" size="lg">
      {make.error && <Problem error={make.error} />}
      <TokenForm
        catalogueOf={catalogueOf}
        busy={make.isPending}
        onSubmit={make.mutate}
        onClose={onClose}
      />
    </Modal>
  );
}

interface TokenFormProps {
  catalogueOf: string | undefined;
  busy: boolean;
  onSubmit: (token: NewToken) => void;
  onClose: () => void;
}

function TokenForm({ catalogueOf, busy, onSubmit, onClose }: TokenFormProps) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [maxAge, setMaxAge] = useState<string>(USUAL_LIFE);
  const [limited, setLimited] = useState(false);
  const [scopes, setScopes] = useState<string[]>([]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({
      name: name.trim(),
      description: description.trim() || undefined,
      maxAge,
      scopes: limited ? scopes : [],
    });
  };
  return (
    <form className={parts.form} onSubmit={submit}>
      <TextInput
        label="Name"
        description="Where it is used, so that it can be found when it has to be revoked."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={150}
        required
        data-autofocus
      />
      <TextInput
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Select
        label="Valid for"
        value={maxAge}
        data={[...LIVES]}
        allowDeselect={false}
        onChange={(value) => setMaxAge(value ?? USUAL_LIFE)}
      />
      <SegmentedControl
        size="xs"
        aria-label="What it may do"
        value={limited ? "some" : "all"}
        data={[
          { value: "all", label: "Everything the owner may" },
          { value: "some", label: "Only some of it" },
        ]}
        onChange={(value) => setLimited(value === "some")}
      />
      {limited && <Scopes catalogueOf={catalogueOf} onChange={setScopes} />}
      <div className={parts.formEnd}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          loading={busy}
          disabled={!name.trim() || (limited && scopes.length === 0)}
        >
          Make the token
        </Button>
      </div>
    </form>
  );
}

interface ScopesProps {
  catalogueOf: string | undefined;
  onChange: (scopes: string[]) => void;
}

/** A table to choose from; without the catalogue, patterns as the API writes them. */
function Scopes({ catalogueOf, onChange }: ScopesProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { data } = useQuery({ ...catalogueQuery(catalogueOf ?? ""), enabled: !!catalogueOf });
  if (!catalogueOf) {
    return (
      <TagsInput
        label="Permissions"
        description="Names or patterns, such as flow.view or execution.*; Enter adds one."
        size="xs"
        onChange={onChange}
      />
    );
  }
  return (
    <PermissionMatrix
      label="What the token may do"
      catalogue={data?.actions ?? []}
      chosen={chosen}
      onChange={(next) => {
        setChosen(next);
        onChange(patterns(next, data?.actions ?? []));
      }}
    />
  );
}
