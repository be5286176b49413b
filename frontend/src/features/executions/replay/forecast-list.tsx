/// What a replay would do, task by task.
import type { Forecast, ForecastStep } from "@/api/replay";
import { StateIcon } from "@/ui/state";
import classes from "./replay.module.css";

const GROUPS = [
  ["again", "Run again"],
  ["next", "Run after them"],
  ["possible", "May run, as the flow decides"],
  ["reused", "Kept as they are"],
  ["dropped", "Not taken over"],
] as const;

const MOST = 50;

export function ForecastList({ forecast }: { forecast: Forecast }) {
  const groups = GROUPS.filter(([name]) => forecast.counts[name]);
  return (
    <>
      <p className={classes.quiet}>
        A new execution with revision {forecast.flowRevision}; this one stays as it is.
      </p>
      {groups.map(([name, word]) => (
        <div key={name} className={classes.group}>
          <strong>
            {word} <span className="numeric">{forecast.counts[name]}</span>
          </strong>
          <Steps steps={forecast[name] ?? []} />
        </div>
      ))}
    </>
  );
}

function Steps({ steps }: { steps: readonly ForecastStep[] }) {
  return (
    <ul className={classes.steps}>
      {steps.slice(0, MOST).map((step) => (
        <li key={step.taskRunId ?? `${step.taskId}${step.value ?? ""}`}>
          {step.state && <StateIcon state={step.state} size={13} />}
          {step.taskId}
          {step.value && <code className="mono">{step.value}</code>}
        </li>
      ))}
      {steps.length > MOST && <li>and {steps.length - MOST} more</li>}
    </ul>
  );
}
