/// Writes an announcement.
import { Button, Checkbox, Modal, Select, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import {
  type Announcement,
  type AnnouncementKind,
  type AnnouncementWish,
  announce,
} from "@/api/announcements";
import { Problem } from "@/ui/problem";
import parts from "../parts/parts.module.css";
import { useChange } from "../parts/use-change";
import { boxOf, dateOf, KINDS } from "./words";

interface AnnouncementDialogProps {
  of: string | undefined;
  /** The one that is changed; absent: a new one. */
  known: Announcement | undefined;
  touches: readonly (readonly unknown[])[];
  onClose: () => void;
}

export function AnnouncementDialog({ of, known, touches, onClose }: AnnouncementDialogProps) {
  const [wish, setWish] = useState<AnnouncementWish>({
    message: known?.message ?? "",
    type: known?.type ?? "INFO",
    dismissible: known?.dismissible ?? true,
    startDate: known?.startDate ?? null,
    endDate: known?.endDate ?? null,
  });
  const set = (more: Partial<AnnouncementWish>) => setWish({ ...wish, ...more });
  const publish = useChange({
    change: () => announce(of, wish, known?.id),
    touches,
    said: "It is announced.",
    onDone: onClose,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    publish.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={known ? "Edit the announcement" : "Announce something"}>
      <form className={parts.form} onSubmit={submit}>
        {publish.error && <Problem error={publish.error} />}
        <Textarea
          label="Message"
          value={wish.message}
          onChange={(event) => set({ message: event.currentTarget.value })}
          maxLength={2000}
          autosize
          minRows={2}
          maxRows={8}
          required
          data-autofocus
        />
        <Select
          label="Kind"
          data={KINDS.map(({ value, label }) => ({ value, label }))}
          value={wish.type}
          allowDeselect={false}
          onChange={(next) => set({ type: (next ?? "INFO") as AnnouncementKind })}
        />
        <TextInput
          label="From (UTC)"
          description="Empty: from now on."
          type="datetime-local"
          value={boxOf(wish.startDate)}
          onChange={(event) => set({ startDate: dateOf(event.currentTarget.value) })}
        />
        <TextInput
          label="Until (UTC)"
          description="Empty: until it is taken away."
          type="datetime-local"
          value={boxOf(wish.endDate)}
          onChange={(event) => set({ endDate: dateOf(event.currentTarget.value) })}
        />
        <Checkbox
          label="Readers may dismiss it"
          checked={wish.dismissible}
          onChange={(event) => set({ dismissible: event.currentTarget.checked })}
        />
        <div className={parts.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={publish.isPending} disabled={!wish.message.trim()}>
            Announce
          </Button>
        </div>
      </form>
    </Modal>
  );
}
