/// Where an audit trail is sent: to a webhook, to a collector by syslog.
import { Modal } from "@mantine/core";
import { IconTransfer } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import {
  type AuditStream,
  makeStream,
  type StreamWish,
  streamsKey,
  streamsQuery,
  type Trail,
} from "@/api/audit-streams";
import { useRights } from "@/api/rights";
import { table } from "@/ui/tables";
import { When } from "@/ui/when";
import { Collection } from "../parts/collection";
import { Badge } from "../parts/section";
import { ShownOnce } from "../parts/shown-once";
import { useChange } from "../parts/use-change";
import { destination, EMPTY, lagWords, standing } from "./stream-draft";
import { StreamForm } from "./stream-form";

export function TenantStreams() {
  const { tenant } = useParams({ from: "/$tenant/admin/audit-streams" });
  const rights = useRights(tenant);
  return (
    <Streams
      trail={tenant}
      tenant={tenant}
      mayEdit={rights.everywhere.has("audit.edit")}
      title="Audit streams"
      lead="Each entry of the trail goes to these receivers, in order and at least once, as soon as it is written."
    />
  );
}

export function InstanceStreams() {
  const { tenant } = useParams({ from: "/$tenant/admin/instance-audit-streams" });
  return (
    <Streams
      trail={undefined}
      tenant={tenant}
      mayEdit
      title="Instance audit streams"
      lead="The trail of the instance: its tenants, its people, their log-ins. Each entry goes to these receivers, in order and at least once."
    />
  );
}

interface StreamsProps {
  trail: Trail;
  tenant: string;
  mayEdit: boolean;
  title: string;
  lead: string;
}

function Streams({ trail, tenant, mayEdit, title, lead }: StreamsProps) {
  const streams = useQuery({
    ...streamsQuery(trail),
    select: ({ results }) => ({ results, total: results.length }),
  });
  return (
    <Collection
      title={title}
      lead={lead}
      query={streams}
      columns={[
        { name: "Stream" },
        { name: "State", width: 120 },
        { name: "Progress", width: 160 },
        { name: "Last taken", width: 140 },
      ]}
      icon={<IconTransfer size={22} />}
      nothing={{
        title: "The trail stays here",
        text: "Send it to your SIEM as well: by a signed webhook, or by syslog over TLS. A receiver that is away gets what it missed when it is back.",
      }}
      add={
        mayEdit && {
          word: "New stream",
          dialog: (close) => <NewStream trail={trail} tenant={tenant} onClose={close} />,
        }
      }
      row={(stream) => <Row key={stream.id} trail={trail} tenant={tenant} stream={stream} />}
    />
  );
}

interface RowProps {
  trail: Trail;
  tenant: string;
  stream: AuditStream;
}

function Row({ trail, tenant, stream }: RowProps) {
  const [word, tone] = standing(stream);
  return (
    <tr>
      <td data-wide>
        <span className={table.stack}>
          <Link
            to={pageOf(trail)}
            params={{ tenant, streamId: stream.id }}
            className={table.primary}
          >
            {stream.name}
          </Link>
          <span className={table.secondary}>{destination(stream)}</span>
        </span>
      </td>
      <td>
        <Badge tone={tone}>{word}</Badge>
      </td>
      <td className="numeric">{lagWords(stream)}</td>
      <td>{stream.deliveredAt ? <When at={stream.deliveredAt} /> : "Nothing yet"}</td>
    </tr>
  );
}

function pageOf(trail: Trail) {
  return trail
    ? "/$tenant/admin/audit-streams/$streamId"
    : "/$tenant/admin/instance-audit-streams/$streamId";
}

interface NewStreamProps {
  trail: Trail;
  tenant: string;
  onClose: () => void;
}

function NewStream({ trail, tenant, onClose }: NewStreamProps) {
  const navigate = useNavigate();
  const [made, setMade] = useState<AuditStream & { secret?: string }>();
  const open = (stream: AuditStream) =>
    void navigate({ to: pageOf(trail), params: { tenant, streamId: stream.id } });
  const make = useChange({
    change: (wish: StreamWish) => makeStream(trail, wish),
    touches: [streamsKey(trail)],
    onDone: (stream) => (stream.secret ? setMade(stream) : open(stream)),
  });
  if (made?.secret) {
    return (
      <Modal opened onClose={() => open(made)} title={`Secret of ${made.name}`} size="lg">
        <ShownOnce what="the secret" text={made.secret} onDone={() => open(made)}>
          Each call is signed with it, so that the receiver knows it is ours. Enter it there: it
          cannot be shown again.
        </ShownOnce>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title="New stream" size="lg">
      <StreamForm start={EMPTY} save={make} fresh onCancel={onClose} />
    </Modal>
  );
}
