/// One stream: how far it is, what stands in its way, what the receiver refused for good.
import { Button } from "@mantine/core";
import { IconSend, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import {
  type AuditStream,
  changeStream,
  deleteStream,
  type StreamWish,
  streamQuery,
  streamsKey,
  type Trail,
  tryStream,
} from "@/api/audit-streams";
import { useRights } from "@/api/rights";
import { Card, Facts } from "@/ui/card";
import { tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { Deletion } from "../parts/deletion";
import { Loaded } from "../parts/loaded";
import parts from "../parts/parts.module.css";
import { Badge, Section } from "../parts/section";
import { useChange } from "../parts/use-change";
import { DeadLetters } from "./dead-letters";
import { destination, draftOf, lagWords, standing } from "./stream-draft";
import { StreamForm } from "./stream-form";

export function TenantStream() {
  const { tenant, streamId } = useParams({ from: "/$tenant/admin/audit-streams/$streamId" });
  const rights = useRights(tenant);
  return (
    <StreamPage
      trail={tenant}
      tenant={tenant}
      id={streamId}
      mayEdit={rights.everywhere.has("audit.edit")}
    />
  );
}

export function InstanceStream() {
  const { tenant, streamId } = useParams({
    from: "/$tenant/admin/instance-audit-streams/$streamId",
  });
  return <StreamPage trail={undefined} tenant={tenant} id={streamId} mayEdit />;
}

interface StreamPageProps {
  trail: Trail;
  tenant: string;
  id: string;
  mayEdit: boolean;
}

function StreamPage(props: StreamPageProps) {
  const stream = useQuery(streamQuery(props.trail, props.id));
  return (
    <Loaded what="Audit stream" query={stream}>
      {(found) => <Shown {...props} stream={found} />}
    </Loaded>
  );
}

function Shown({ trail, tenant, stream, mayEdit }: StreamPageProps & { stream: AuditStream }) {
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const list = trail ? "/$tenant/admin/audit-streams" : "/$tenant/admin/instance-audit-streams";
  const touches = [streamsKey(trail)];
  const [word, tone] = standing(stream);
  const attempt = useChange({
    change: () => tryStream(trail, stream.id),
    touches,
    said: "The receiver took the newest entry.",
  });
  const save = useChange({
    change: (wish: StreamWish) => changeStream(trail, stream.id, wish),
    touches,
    said: "The stream is saved, and tried at once.",
  });
  return (
    <Section
      title={stream.name}
      beside={<Badge tone={tone}>{word}</Badge>}
      back={
        <Link to={list} params={{ tenant }}>
          Audit streams
        </Link>
      }
      actions={
        mayEdit && (
          <>
            <Button
              variant="default"
              leftSection={<IconSend size={15} />}
              loading={attempt.isPending}
              onClick={() => attempt.mutate(undefined, { onError: tellProblem })}
            >
              Send the newest entry
            </Button>
            <Button
              variant="default"
              leftSection={<IconTrash size={15} />}
              onClick={() => setDeleting(true)}
            >
              Delete
            </Button>
          </>
        )
      }
    >
      <div className={parts.stack}>
        <State stream={stream} />
        <DeadLetters trail={trail} stream={stream} mayEdit={mayEdit} />
        {mayEdit && (
          <Card title="Receiver">
            <StreamForm key={JSON.stringify(draftOf(stream))} start={draftOf(stream)} save={save} />
          </Card>
        )}
      </div>
      {deleting && (
        <Deletion
          name={stream.name}
          change={() => deleteStream(trail, stream.id)}
          touches={touches}
          onDone={() => navigate({ to: list, params: { tenant } })}
          onClose={() => setDeleting(false)}
        >
          Nothing is sent there any more. A stream that is made anew begins at the beginning of the
          trail, or with what comes.
        </Deletion>
      )}
    </Section>
  );
}

function State({ stream }: { stream: AuditStream }) {
  return (
    <Card title="State">
      <Facts
        facts={[
          ["Sends to", destination(stream)],
          ["Progress", lagWords(stream)],
          [
            "Last taken",
            stream.deliveredAt ? <When key="at" at={stream.deliveredAt} /> : "Nothing yet",
          ],
          ["Failures in a row", stream.failures > 0 && stream.failures],
          ["What failed", stream.error],
          ["Tried again", stream.nextAt && <When key="next" at={stream.nextAt} />],
        ]}
      />
    </Card>
  );
}
