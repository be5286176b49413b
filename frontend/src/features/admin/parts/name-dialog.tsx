/// A small form for what has a name and a description.
import { Button, Modal, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Problem } from "@/ui/problem";
import classes from "./parts.module.css";

export interface NameFacts {
  name: string;
  description: string;
}

export interface NameDialogProps {
  title: string;
  verb: string;
  start?: NameFacts;
  hint?: string;
  busy: boolean;
  error: Error | null;
  onSubmit: (facts: NameFacts) => void;
  onClose: () => void;
}

export function NameDialog(props: NameDialogProps) {
  const { title, verb, start, hint, busy, error, onSubmit, onClose } = props;
  const [name, setName] = useState(start?.name ?? "");
  const [description, setDescription] = useState(start?.description ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({ name: name.trim(), description: description.trim() });
  };
  return (
    <Modal opened onClose={onClose} title={title}>
      <form className={classes.form} onSubmit={submit}>
        {error && <Problem error={error} />}
        <TextInput
          label="Name"
          description={hint}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={150}
          required
          data-autofocus
        />
        <Textarea
          label="Description"
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={6}
        />
        <div className={classes.formEnd}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!name.trim()}>
            {verb}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
