/// API tokens of an owner: what they may, how long, whether somebody uses them; made and revoked.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiToken, revokeToken, type TokenOwner, tokensQuery } from "@/api/tokens";
import { useNow } from "@/lib/use-now";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { Listing } from "../parts/listing";
import { Badge } from "../parts/section";
import { useChange } from "../parts/use-change";
import { NewTokenDialog } from "./new-token";
import { scopeWords, standing } from "./scopes";

export interface TokensProps {
  owner: TokenOwner;
  /** The tenant whose catalogue of permissions narrows a token; absent: by patterns only. */
  catalogueOf: string | undefined;
  mayEdit: boolean;
  nothing: string;
}

export function Tokens({ owner, catalogueOf, mayEdit, nothing }: TokensProps) {
  const tokens = useQuery(tokensQuery(owner));
  const [making, setMaking] = useState(false);
  const [going, setGoing] = useState<ApiToken>();
  const make = mayEdit && (
    <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setMaking(true)}>
      New token
    </Button>
  );
  return (
    <Card title="API tokens" side={make} flush>
      <Listing
        inCard
        label="API tokens"
        query={tokens}
        columns={[
          { name: "Token" },
          { name: "May" },
          { name: "Expires" },
          { name: "Last used" },
          { name: "Actions", hidden: true, width: 48 },
        ]}
        empty={
          <Empty icon={<IconKey size={22} />} title="No token yet">
            {nothing}
          </Empty>
        }
        row={(token) => (
          <TokenRow key={token.id} token={token} onRevoke={mayEdit ? setGoing : undefined} />
        )}
      />
      {making && (
        <NewTokenDialog owner={owner} catalogueOf={catalogueOf} onClose={() => setMaking(false)} />
      )}
      {going && <Revocation owner={owner} token={going} onClose={() => setGoing(undefined)} />}
    </Card>
  );
}

interface TokenRowProps {
  token: ApiToken;
  onRevoke?: (token: ApiToken) => void;
}

function TokenRow({ token, onRevoke }: TokenRowProps) {
  const now = useNow(60_000);
  const state = standing(token.exp, Math.max(now, Date.now()));
  const tone = state === "expired" ? "danger" : state === "expires soon" ? "warning" : "success";
  return (
    <tr data-quiet={state === "expired" || undefined}>
      <td data-wide>
        <span className={table.stack}>
          <span className={table.primary}>{token.name}</span>
          <span className={table.secondary}>
            <span className="mono">{token.prefix}…</span>
            {token.description && ` · ${token.description}`}
          </span>
        </span>
      </td>
      <td>
        <span className={table.secondary} title={token.scopes.join(", ")}>
          {scopeWords(token.scopes)}
        </span>
      </td>
      <td>
        <Badge tone={tone}>{state}</Badge> <When at={token.exp} />
      </td>
      <td>{token.lastUsed ? <When at={token.lastUsed} /> : "Never used"}</td>
      <td className={table.end}>
        {onRevoke && (
          <Tooltip label="Revoke">
            <ActionIcon aria-label={`Revoke ${token.name}`} onClick={() => onRevoke(token)}>
              <IconTrash size={15} />
            </ActionIcon>
          </Tooltip>
        )}
      </td>
    </tr>
  );
}

interface RevocationProps {
  owner: TokenOwner;
  token: ApiToken;
  onClose: () => void;
}

function Revocation({ owner, token, onClose }: RevocationProps) {
  const revoke = useChange({
    change: () => revokeToken(owner, token.id),
    touches: [["tokens"]],
    said: `${token.name} is revoked.`,
    onDone: onClose,
  });
  return (
    <Confirm
      opened
      danger
      title={`Revoke ${token.name}?`}
      verb="Revoke"
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate()}
      onClose={onClose}
    >
      {revoke.error && <Problem error={revoke.error} />}
      Whoever uses it is refused within seconds. {!token.lastUsed && "Nobody has used it yet."}
    </Confirm>
  );
}
