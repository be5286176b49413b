/// Recovery codes, at the one moment at which they can be read.
import { Button } from "@mantine/core";
import { Copy } from "@/ui/copy";
import classes from "./session.module.css";

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <div className={classes.form}>
      <p className={classes.note}>
        Keep these recovery codes where you find them without your telephone. Each signs you in
        once. They are not shown again. <Copy text={codes.join("\n")} what="the codes" />
      </p>
      <ul className={classes.codes} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Button onClick={onDone}>I have kept them</Button>
    </div>
  );
}
