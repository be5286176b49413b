/// Announcements: what everybody is told, published and taken away.
import { Button } from "@mantine/core";
import { IconPlus, IconSpeakerphone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import {
  type Announcement,
  announcementKeys,
  announcementsQuery,
  withdraw,
} from "@/api/announcements";
import { useNow } from "@/lib/use-now";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Empty } from "@/ui/empty";
import { table } from "@/ui/tables";
import { tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { Listing } from "../parts/listing";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { AnnouncementDialog } from "./announcement-dialog";
import { kindOf, standing } from "./words";

export function TenantAnnouncements() {
  const { tenant } = useParams({ from: "/$tenant/admin/announcements" });
  return (
    <Section title="Announcements" lead="What everybody in this tenant reads above each page.">
      <Announcements of={tenant} tenant={tenant} />
    </Section>
  );
}

export function InstanceAnnouncements() {
  const { tenant } = useParams({ from: "/$tenant/admin/instance-announcements" });
  return (
    <Section
      title="Instance announcements"
      lead="What everybody reads above each page, in every tenant."
    >
      <Announcements of={undefined} tenant={tenant} />
    </Section>
  );
}

interface AnnouncementsProps {
  /** Whose they are; absent: the instance's. */
  of: string | undefined;
  tenant: string;
}

function Announcements({ of, tenant }: AnnouncementsProps) {
  const all = useQuery(announcementsQuery(of));
  const [editing, setEditing] = useState<Announcement | "new">();
  const [leaving, setLeaving] = useState<Announcement>();
  const touches = [announcementKeys.all(of), announcementKeys.told(tenant)];
  return (
    <Card
      title="Announcements"
      side={
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setEditing("new")}
        >
          Announce something
        </Button>
      }
      flush
    >
      <Listing
        inCard
        label="Announcements"
        query={all}
        columns={[
          { name: "Message" },
          { name: "From" },
          { name: "Until" },
          { name: "Actions", hidden: true, width: 160 },
        ]}
        empty={
          <Empty icon={<IconSpeakerphone size={22} />} title="Nothing is announced">
            An announcement stands above every page: planned work, a new rule, whom to ask.
          </Empty>
        }
        row={(one) => <Row key={one.id} one={one} onEdit={setEditing} onLeave={setLeaving} />}
      />
      {editing && (
        <AnnouncementDialog
          of={of}
          known={editing === "new" ? undefined : editing}
          touches={touches}
          onClose={() => setEditing(undefined)}
        />
      )}
      {leaving && (
        <Withdrawal of={of} one={leaving} touches={touches} onClose={() => setLeaving(undefined)} />
      )}
    </Card>
  );
}

interface RowProps {
  one: Announcement;
  onEdit: (one: Announcement) => void;
  onLeave: (one: Announcement) => void;
}

function Row({ one, onEdit, onLeave }: RowProps) {
  const now = useNow(30_000);
  const kind = kindOf(one.type);
  const stands = standing(one, now);
  return (
    <tr data-quiet={stands === "over" || undefined}>
      <td data-wide>
        <span className={table.stack}>
          <span className={table.primary} style={{ whiteSpace: "normal" }}>
            {one.message}
          </span>
          <span>
            <Badge tone={kind?.tone ?? "neutral"}>{kind?.label}</Badge>{" "}
            <Badge tone={stands === "shown" ? "success" : "neutral"}>{stands}</Badge> by {one.by}
          </span>
        </span>
      </td>
      <td data-label="From">{one.startDate ? <When at={one.startDate} /> : "now"}</td>
      <td data-label="Until">{one.endDate ? <When at={one.endDate} /> : "taken away"}</td>
      <td>
        <Button size="compact-xs" variant="default" onClick={() => onEdit(one)}>
          Edit
        </Button>{" "}
        <Button size="compact-xs" variant="default" onClick={() => onLeave(one)}>
          Take away
        </Button>
      </td>
    </tr>
  );
}

interface WithdrawalProps {
  of: string | undefined;
  one: Announcement;
  touches: readonly (readonly unknown[])[];
  onClose: () => void;
}

function Withdrawal({ of, one, touches, onClose }: WithdrawalProps) {
  const leave = useChange({
    change: () => withdraw(of, one.id),
    touches,
    said: "Nobody is told any more.",
    onDone: onClose,
  });
  return (
    <Confirm
      opened
      title="Take the announcement away?"
      verb="Take away"
      busy={leave.isPending}
      onConfirm={() => leave.mutate(undefined, { onError: tellProblem })}
      onClose={onClose}
    >
      {one.message}
    </Confirm>
  );
}
