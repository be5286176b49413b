/// A page that could not be shown.
import { Problem } from "./problem";

export function PageProblem({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <div style={{ padding: 24, maxWidth: 720 }}>
      <Problem
        error={error instanceof Error ? error : new Error(String(error))}
        onRetry={reset ?? (() => window.location.reload())}
      />
    </div>
  );
}
