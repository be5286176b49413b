/// Short notices in the corner.
import { notifications } from "@mantine/notifications";

export function tell(message: string): void {
  notifications.show({ message, color: "accent", autoClose: 3500, withBorder: true });
}

export function tellProblem(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  notifications.show({
    title: "That did not work",
    message,
    color: "red.8",
    autoClose: 8000,
    withBorder: true,
  });
}
