/// What is little more than a name and a description: made, renamed, and its page's actions.
import { Button } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { NameDialog, type NameFacts } from "./name-dialog";
import { useChange } from "./use-change";

export interface NamingProps<R> {
  title: string;
  verb: string;
  hint?: string;
  start?: NameFacts;
  change: (facts: NameFacts) => Promise<R>;
  touches: readonly (readonly unknown[])[];
  said?: string;
  onDone: (result: R) => void;
  onClose: () => void;
}

/** A dialog that asks for a name and a description and sends them. */
export function Naming<R>({ change, touches, said, onDone, ...dialog }: NamingProps<R>) {
  const send = useChange({ change, touches, said, onDone });
  return <NameDialog {...dialog} busy={send.isPending} error={send.error} onSubmit={send.mutate} />;
}

export interface NamedActionsProps {
  rename: (close: () => void) => ReactNode;
  remove: (close: () => void) => ReactNode;
}

/** The two buttons that a page of a named thing has, with what they open. */
export function NamedActions({ rename, remove }: NamedActionsProps) {
  const [open, setOpen] = useState<"name" | "delete">();
  const close = () => setOpen(undefined);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconPencil size={15} />}
        onClick={() => setOpen("name")}
      >
        Rename
      </Button>
      <Button
        variant="default"
        leftSection={<IconTrash size={15} />}
        onClick={() => setOpen("delete")}
      >
        Delete
      </Button>
      {open === "name" && rename(close)}
      {open === "delete" && remove(close)}
    </>
  );
}
