/// Where one is signed in, and the end of that.
import { Button } from "@mantine/core";
import { IconDevices } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { endOtherSessions, endSession, type MySession, mySessionsQuery } from "@/api/my-sessions";
import { Listing } from "@/features/admin/parts/listing";
import { Badge } from "@/features/admin/parts/section";
import { useChange } from "@/features/admin/parts/use-change";
import { plural } from "@/lib/text";
import { Card } from "@/ui/card";
import { Confirm } from "@/ui/confirm";
import { Empty } from "@/ui/empty";
import { Problem } from "@/ui/problem";
import { table } from "@/ui/tables";
import { tell, tellProblem } from "@/ui/toast";
import { When } from "@/ui/when";
import { browserWords } from "./browser-words";
import classes from "./me.module.css";

const TOUCHES = [mySessionsQuery.queryKey];

export function MySessions() {
  const sessions = useQuery(mySessionsQuery);
  const end = useChange({
    change: endSession,
    touches: TOUCHES,
    said: "That browser is signed out.",
  });
  const others = sessions.data?.results.filter((one) => !one.current).length ?? 0;
  return (
    <>
      <p className={classes.note}>
        Every browser in which you are signed in. One that you do not know: sign it out, then change
        your password.
      </p>
      <Card title="Sessions" side={others > 0 && <SignOutOthers others={others} />} flush>
        <Listing
          inCard
          label="Sessions"
          query={sessions}
          columns={[
            { name: "Browser" },
            { name: "Signed in", width: 150 },
            { name: "Last used", width: 150 },
            { name: "Actions", hidden: true, width: 100 },
          ]}
          empty={
            <Empty icon={<IconDevices size={22} />} title="No browser is signed in">
              You came with a token, which is no session.
            </Empty>
          }
          row={(session) => (
            <Row
              key={session.id}
              session={session}
              busy={end.isPending && end.variables === session.id}
              onEnd={() => end.mutate(session.id, { onError: tellProblem })}
            />
          )}
        />
      </Card>
    </>
  );
}

interface RowProps {
  session: MySession;
  busy: boolean;
  onEnd: () => void;
}

function Row({ session, busy, onEnd }: RowProps) {
  const words = browserWords(session.userAgent);
  return (
    <tr>
      <td data-wide>
        <span className={table.stack}>
          <span>
            <span className={table.primary} title={session.userAgent}>
              {words}
            </span>{" "}
            {session.current && <Badge tone="success">This browser</Badge>}
          </span>
          <span className={table.secondary}>
            {session.address}
            {session.tenant && ` · through the identity provider of ${session.tenant}`}
          </span>
        </span>
      </td>
      <td data-label="Signed in">
        <When at={session.startedAt} />
      </td>
      <td data-label="Last used">
        <When at={session.lastSeenAt} />
      </td>
      <td className={table.end}>
        {!session.current && (
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`Sign out ${words} at ${session.address}`}
            loading={busy}
            onClick={onEnd}
          >
            Sign out
          </Button>
        )}
      </td>
    </tr>
  );
}

function SignOutOthers({ others }: { others: number }) {
  const [asking, setAsking] = useState(false);
  const end = useChange({
    change: endOtherSessions,
    touches: TOUCHES,
    onDone: ({ ended }) => {
      setAsking(false);
      tell(`${plural(ended, "browser")} signed out.`);
    },
  });
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Sign out all others
      </Button>
      <Confirm
        opened={asking}
        title={`Sign out ${plural(others, "other browser")}?`}
        verb="Sign out"
        busy={end.isPending}
        onConfirm={() => end.mutate()}
        onClose={() => setAsking(false)}
      >
        {end.error && <Problem error={end.error} />}
        They are asked to sign in at their next step. This one stays; API tokens go on working.
      </Confirm>
    </>
  );
}
