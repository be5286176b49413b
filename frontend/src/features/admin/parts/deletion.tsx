/// The question before something is deleted, and the deletion.
import type { ReactNode } from "react";
import { Confirm } from "@/ui/confirm";
import { Problem } from "@/ui/problem";
import { useChange } from "./use-change";

export interface DeletionProps {
  name: string;
  change: () => Promise<unknown>;
  /** The beginnings of the query keys that the deletion touches. */
  touches: readonly (readonly unknown[])[];
  /** The way to the list that it stood in. */
  onDone: () => unknown;
  onClose: () => void;
  /** What goes with it. */
  children: ReactNode;
}

export function Deletion({ name, change, touches, onDone, onClose, children }: DeletionProps) {
  const go = useChange({ change, touches, said: `${name} is deleted.`, onDone });
  return (
    <Confirm
      opened
      danger
      title={`Delete ${name}?`}
      verb="Delete"
      busy={go.isPending}
      onConfirm={() => go.mutate()}
      onClose={onClose}
    >
      {go.error && <Problem error={go.error} />}
      {children}
    </Confirm>
  );
}
