/// Text that the server will never show again.
import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Copy } from "@/ui/copy";
import classes from "./parts.module.css";

export interface ShownOnceProps {
  what: string;
  text: string;
  children: ReactNode;
  onDone: () => void;
}

export function ShownOnce({ what, text, children, onDone }: ShownOnceProps) {
  return (
    <div className={classes.form}>
      <p className={classes.note}>
        <IconAlertTriangle size={15} aria-hidden style={{ verticalAlign: "-2px" }} /> {children}
      </p>
      <div className={classes.shown}>
        <code data-secret>{text}</code>
        <Copy text={text} what={what} />
      </div>
      <div className={classes.formEnd}>
        <Button onClick={onDone} data-autofocus>
          I have copied it
        </Button>
      </div>
    </div>
  );
}
