/// The picture and the secret of an authenticator app.
import type { Enrolment as Begun } from "@/api/factors";
import { Copy } from "@/ui/copy";
import classes from "./session.module.css";

export function Enrolment({ begun }: { begun: Begun }) {
  return (
    <div className={classes.enrolment}>
      <img
        src={`data:image/svg+xml;utf8,${encodeURIComponent(begun.picture)}`}
        alt="QR code for your authenticator app"
        width={176}
        height={176}
      />
      <p className={classes.note}>
        Read the picture with your authenticator app, or type <code>{begun.secret}</code>{" "}
        <Copy text={begun.secret} what="the secret" />
      </p>
    </div>
  );
}
