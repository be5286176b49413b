/// Tokens by which workers on other machines join a group.
import { Button, Modal, TextInput } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import {
  issueWorkerToken,
  type Keeper,
  revokeWorkerToken,
  type WorkerGroup,
  type WorkerToken,
  workersKey,
} from "@/api/workers";
import { Card } from "@/ui/card";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { TableFrame } from "../parts/listing";
import parts from "../parts/parts.module.css";
import { Badge } from "../parts/section";
import { ShownOnce } from "../parts/shown-once";
import { useChange } from "../parts/use-change";
import { startCommand } from "./worker-words";

interface WorkerTokensProps {
  keeper: Keeper;
  group: WorkerGroup;
  mayEdit: boolean;
}

export function WorkerTokens({ keeper, group, mayEdit }: WorkerTokensProps) {
  const [making, setMaking] = useState(false);
  const make = mayEdit && (
    <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setMaking(true)}>
      New worker token
    </Button>
  );
  return (
    <Card title="Tokens of remote workers" side={make} flush>
      {group.tokens.length === 0 ? (
        <Empty icon={<IconKey size={22} />} title="No token yet">
          A worker on another machine needs a token and the address of this server, and nothing
          else: no database, no broker.
        </Empty>
      ) : (
        <TableFrame
          inCard
          label="Tokens of remote workers"
          columns={[
            { name: "Token" },
            { name: "State" },
            { name: "Last used" },
            { name: "Actions", hidden: true, width: 90 },
          ]}
        >
          {group.tokens.map((token) => (
            <Row key={token.id} keeper={keeper} group={group} token={token} mayEdit={mayEdit} />
          ))}
        </TableFrame>
      )}
      {making && <NewToken keeper={keeper} group={group} onClose={() => setMaking(false)} />}
    </Card>
  );
}

function Row({ keeper, group, token, mayEdit }: WorkerTokensProps & { token: WorkerToken }) {
  const revoke = useChange({
    change: () => revokeWorkerToken(keeper, group.id, token.id),
    touches: [workersKey(keeper)],
    said: `${token.name} is revoked; its workers stop within seconds.`,
  });
  const word = token.valid ? "Valid" : token.revoked ? "Revoked" : "Expired";
  return (
    <tr data-quiet={!token.valid || undefined}>
      <td data-wide>
        <span className={table.stack}>
          <span className={table.primary}>{token.name}</span>
          <span className={`${table.secondary} mono`}>{token.tokenPrefix}…</span>
        </span>
      </td>
      <td>
        <Badge tone={token.valid ? "success" : "neutral"}>{word}</Badge>
      </td>
      <td>{token.lastUsedAt ? <When at={token.lastUsedAt} /> : "Never used"}</td>
      <td className={table.end}>
        {mayEdit && token.valid && (
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`Revoke ${token.name}`}
            loading={revoke.isPending}
            onClick={() => revoke.mutate(undefined, { onError: tellProblem })}
          >
            Revoke
          </Button>
        )}
      </td>
    </tr>
  );
}

interface NewTokenProps {
  keeper: Keeper;
  group: WorkerGroup;
  onClose: () => void;
}

function NewToken({ keeper, group, onClose }: NewTokenProps) {
  const [name, setName] = useState("");
  const make = useChange({
    change: () => issueWorkerToken(keeper, group.id, name.trim()),
    touches: [workersKey(keeper)],
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) {
    return (
      <Modal opened onClose={onClose} title={`Token for ${group.key}`} size="lg">
        <ShownOnce what="the worker token" text={make.data.token} onDone={onClose}>
          Put it into a file named worker-token on the other machine, and start{" "}
          <code>{startCommand(group.key, window.location.origin, true)}</code> there. It cannot be
          shown again.
        </ShownOnce>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title="New worker token">
      <form className={parts.form} onSubmit={submit}>
        {make.error && <Problem error={make.error} />}
        <TextInput
          label="Name"
          description="The machine or the place that uses it."
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={150}
          required
          data-autofocus
        />
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
            Make the token
          </Button>
        </div>
      </form>
    </Modal>
  );
}
