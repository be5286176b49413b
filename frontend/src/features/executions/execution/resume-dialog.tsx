/// Resuming an execution that asks somebody something first.
import { Button, Group, Modal, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { FlowInput } from "@/api/types";
import {
  firstValues,
  formDataOf,
  InputField,
  partsOf,
  problemOf,
  type Values,
} from "@/features/flows/execute";

export interface ResumeDialogProps {
  flowId: string;
  inputs: readonly FlowInput[];
  onResume: (form: FormData) => void;
  onClose: () => void;
}

export function ResumeDialog({ flowId, inputs, onResume, onClose }: ResumeDialogProps) {
  const [values, setValues] = useState<Values>(() => firstValues(inputs));
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (inputs.every((input) => !problemOf(input, values[input.id]))) {
      onResume(formDataOf(partsOf(inputs, values)));
    }
  };
  return (
    <Modal opened onClose={onClose} title={`Resume ${flowId}`}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          {inputs.map((input) => (
            <InputField
              key={input.id}
              input={input}
              value={values[input.id]}
              problem={tried ? problemOf(input, values[input.id]) : undefined}
              onChange={(value) => setValues((before) => ({ ...before, [input.id]: value }))}
            />
          ))}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Resume</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
