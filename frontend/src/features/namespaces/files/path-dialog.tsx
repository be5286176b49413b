/// Asks for a path.
import { Button, Group, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { cleanPath } from "./paths";

interface PathDialogProps {
  title: string;
  verb: string;
  first: string;
  placeholder?: string;
  busy: boolean;
  onDone: (path: string) => void;
  onClose: () => void;
}

export function PathDialog(props: PathDialogProps) {
  const [typed, setTyped] = useState(props.first);
  const path = cleanPath(typed);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (path) props.onDone(path);
  };
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <form onSubmit={submit}>
        <TextInput
          label="Path"
          placeholder={props.placeholder}
          value={typed}
          required
          data-autofocus
          error={typed && !path ? "A path inside the namespace, without “..”" : undefined}
          onChange={(event) => setTyped(event.currentTarget.value)}
          styles={{ input: { fontFamily: "var(--font-mono)" } }}
        />
        <Group justify="flex-end" gap="xs" mt="md">
          <Button variant="default" onClick={props.onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={props.busy} disabled={!path}>
            {props.verb}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
