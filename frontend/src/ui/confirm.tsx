/// A question before something that cannot be taken back.
import { Button, Group, Modal, Text } from "@mantine/core";
import type { ReactNode } from "react";

export interface ConfirmProps {
  opened: boolean;
  title: string;
  children: ReactNode;
  verb: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function Confirm(props: ConfirmProps) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} size="sm">
      <Text size="sm" component="div" c="dimmed">
        {props.children}
      </Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={props.onClose}>
          Cancel
        </Button>
        <Button
          color={props.danger ? "red.8" : undefined}
          loading={props.busy}
          onClick={props.onConfirm}
          data-autofocus
        >
          {props.verb}
        </Button>
      </Group>
    </Modal>
  );
}
