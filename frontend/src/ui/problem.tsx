/// A refusal or a failure, in the server's words, with a way on.
import { Button } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import classes from "./ui.module.css";

export interface ProblemProps {
  error: Error;
  onRetry?: () => void;
}

export function Problem({ error, onRetry }: ProblemProps) {
  return (
    <div className={classes.problem} role="alert" data-tone="danger">
      <IconAlertCircle size={18} aria-hidden />
      <div>
        <strong>{error.message}</strong>
      </div>
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
