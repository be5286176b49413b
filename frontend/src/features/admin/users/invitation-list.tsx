/// Invitations: who was asked in, whether they came, and the way to ask again.
import { ActionIcon, Button, Menu, Modal } from "@mantine/core";
import { IconDots, IconMail, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useRights } from "@/api/rights";
import {
  type Invitation,
  invitationsKey,
  invitationsQuery,
  resendInvitation,
  revokeInvitation,
  type SentInvitation,
} from "@/api/tenant-invitations";
import type { ListSearch } from "@/routes/admin-search";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { Listing } from "../parts/listing";
import { Badge, Section } from "../parts/section";
import { ShownOnce } from "../parts/shown-once";
import { useChange } from "../parts/use-change";
import { InviteDialog } from "./invite-dialog";

const FROM = "/$tenant/admin/invitations";

export function InvitationList() {
  const { tenant } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const rights = useRights(tenant);
  const [inviting, setInviting] = useState(false);
  const [sent, setSent] = useState<SentInvitation>();
  const change = (next: ListSearch) =>
    void navigate({ search: (before) => ({ ...before, page: undefined, ...next }), replace: true });
  const paging = { page: search.page ?? 1, size: search.size ?? 25 };
  const invitations = useQuery(invitationsQuery(tenant, paging));
  const mayEdit = rights.everywhere.has("user.edit");
  const add = mayEdit && (
    <Button leftSection={<IconPlus size={15} />} onClick={() => setInviting(true)}>
      Invite somebody
    </Button>
  );
  return (
    <Section
      title="Invitations"
      lead="A link that works once. Whoever opens it makes an account or uses theirs, and has the role that you chose."
      actions={add}
    >
      <Listing
        label="Invitations"
        query={invitations}
        columns={[
          { name: "Who" },
          { name: "State" },
          { name: "Sent" },
          { name: "Works until" },
          { name: "Actions", hidden: true, width: 48 },
        ]}
        paging={{
          ...paging,
          onPage: (page) => change({ page }),
          onSize: (size) => change({ size }),
        }}
        empty={
          <Empty icon={<IconMail size={22} />} title="Nobody is invited" action={add}>
            Invite by e-mail address; the link is also shown to you once, to hand over yourself.
          </Empty>
        }
        row={(one) => (
          <Row key={one.id} tenant={tenant} one={one} mayEdit={mayEdit} onSent={setSent} />
        )}
      />
      {inviting && (
        <InviteDialog
          tenant={tenant}
          onSent={(made) => {
            setInviting(false);
            setSent(made);
          }}
          onClose={() => setInviting(false)}
        />
      )}
      {sent && <Link sent={sent} onClose={() => setSent(undefined)} />}
    </Section>
  );
}

function Link({ sent, onClose }: { sent: SentInvitation; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={`${sent.email} is invited`} size="lg">
      <ShownOnce what="the link" text={sent.link} onDone={onClose}>
        {sent.mailSent
          ? "The link went out by mail. It is shown here this once, in case the mail does not arrive."
          : "No mail was sent: hand the link over yourself. It cannot be shown again."}
      </ShownOnce>
    </Modal>
  );
}

const TONES = { ACCEPTED: "success", PENDING: "running" } as const;

interface RowProps {
  tenant: string;
  one: Invitation;
  mayEdit: boolean;
  onSent: (sent: SentInvitation) => void;
}

function Row({ tenant, one, mayEdit, onSent }: RowProps) {
  const touches = [invitationsKey(tenant)];
  const again = useChange({
    change: () => resendInvitation(tenant, one.id),
    touches,
    onDone: onSent,
  });
  const end = useChange({
    change: () => revokeInvitation(tenant, one.id),
    touches,
    said: "The link is void.",
  });
  const state = one.status.charAt(0) + one.status.slice(1).toLowerCase();
  return (
    <tr>
      <td data-grow className={table.primary}>
        {one.email}
      </td>
      <td>
        <Badge tone={TONES[one.status as keyof typeof TONES] ?? "neutral"}>{state}</Badge>
      </td>
      <td data-label="Sent">
        <When at={one.sentAt} />
      </td>
      <td data-label="Works until">
        <When at={one.expiredAt} />
      </td>
      <td className={table.end}>
        {mayEdit && (one.status === "PENDING" || one.isExpired) && (
          <Menu>
            <Menu.Target>
              <ActionIcon aria-label={`Actions for ${one.email}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => again.mutate(undefined, { onError: tellProblem })}>
                Send a new link
              </Menu.Item>
              <Menu.Item onClick={() => end.mutate(undefined, { onError: tellProblem })}>
                Revoke
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </td>
    </tr>
  );
}
