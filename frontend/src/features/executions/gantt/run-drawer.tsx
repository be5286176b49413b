/// One task run in detail: its attempts, its states, and what can be done from here.
import { Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconFileText, IconRepeat, IconTransform } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMay } from "@/api/access";
import type { Execution, TaskRun } from "@/api/types";
import { FailureReason } from "@/features/executions/overview/failure-reason";
import { ReplayDialog } from "@/features/executions/replay/lazy";
import { usePreferences } from "@/lib/preferences";
import { isTerminal } from "@/lib/states";
import { clockTime } from "@/lib/time";
import { Card, Facts } from "@/ui/card";
import { StateBadge } from "@/ui/state";
import { Took } from "@/ui/when";
import classes from "./run-drawer.module.css";

interface RunDrawerProps {
  tenant: string;
  execution: Execution;
  run: TaskRun;
  onClose: () => void;
}

export function RunDrawer({ tenant, execution, run, onClose }: RunDrawerProps) {
  const params = { tenant, executionId: execution.id };
  const [replaying, replay] = useDisclosure(false);
  const may = useMay(tenant, execution.namespace);
  const began = run.state.histories[0]?.date;
  const ended = isTerminal(run.state.current) ? run.state.histories.at(-1)?.date : undefined;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={420}
      withOverlay={false}
      lockScroll={false}
      trapFocus={false}
      shadow="xl"
      title={<strong>{run.taskId}</strong>}
    >
      <div className={classes.body}>
        <Facts
          facts={[
            ["State", <StateBadge key="state" state={run.state.current} />],
            ["Value", run.value],
            ["Iteration", run.iteration],
            ["Duration", <Took key="took" from={began} to={ended} />],
            [
              "Run",
              <span key="id" className="mono">
                {run.id}
              </span>,
            ],
          ]}
        />
        {run.state.current === "FAILED" && (
          <FailureReason tenant={tenant} executionId={execution.id} taskRunId={run.id} />
        )}
        <div className={classes.actions}>
          <Button
            variant="default"
            leftSection={<IconFileText size={14} />}
            renderRoot={(props) => (
              <Link
                to="/$tenant/executions/$executionId/logs"
                params={params}
                search={{ task: run.id }}
                {...props}
              />
            )}
          >
            Logs
          </Button>
          <Button
            variant="default"
            leftSection={<IconTransform size={14} />}
            renderRoot={(props) => (
              <Link
                to="/$tenant/executions/$executionId/outputs"
                params={params}
                search={{ run: run.id }}
                {...props}
              />
            )}
          >
            Outputs
          </Button>
          {isTerminal(execution.state.current) && may("execution.create") && (
            <Button variant="default" leftSection={<IconRepeat size={14} />} onClick={replay.open}>
              Replay from here
            </Button>
          )}
        </div>
        {replaying && (
          <ReplayDialog
            tenant={tenant}
            execution={execution}
            taskRunId={run.id}
            onClose={replay.close}
          />
        )}
        <Attempts run={run} />
        <History run={run} />
      </div>
    </Drawer>
  );
}

function Attempts({ run }: { run: TaskRun }) {
  if (!run.attempts?.length) return null;
  return (
    <Card title="Attempts" flush>
      <ol className={classes.list}>
        {run.attempts.map((attempt, number) => {
          const { histories, current } = attempt.state;
          const ended = isTerminal(current) ? histories.at(-1)?.date : undefined;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: an attempt is its number.
            <li key={number}>
              <span className={classes.number}>{number + 1}</span>
              <StateBadge state={current} size="sm" />
              <span className={classes.worker}>{attempt.workerId}</span>
              <Took from={histories[0]?.date} to={ended} />
            </li>
          );
        })}
      </ol>
    </Card>
  );
}

function History({ run }: { run: TaskRun }) {
  const { zone } = usePreferences();
  return (
    <Card title="States" flush>
      <ol className={classes.list}>
        {run.state.histories.map((entry) => (
          <li key={`${entry.state}${entry.date}`}>
            <StateBadge state={entry.state} size="sm" />
            <span className={`numeric ${classes.clock}`}>
              {clockTime(Date.parse(entry.date), zone)}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
