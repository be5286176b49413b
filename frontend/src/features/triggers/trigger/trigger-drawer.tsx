/// One trigger: why it fires or does not, its next dates, its source, and what can be done.
import { Button, Drawer, Progress } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendarRepeat } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import { type Backfill, datesQuery, type Trigger } from "@/api/triggers";
import { BackfillDialog } from "@/features/triggers/backfill/backfill-dialog";
import { standingOf } from "@/features/triggers/standing";
import classes from "@/features/triggers/triggers.module.css";
import { type TriggerVerb, useTriggerVerb } from "@/features/triggers/use-trigger-verbs";
import { usePreferences } from "@/lib/preferences";
import { shortType } from "@/lib/text";
import { absoluteTime, relativeTime } from "@/lib/time";
import { useNow } from "@/lib/use-now";
import { Card, Facts } from "@/ui/card";
import { JsonTree } from "@/ui/json";
import { Markdown } from "@/ui/markdown";
import { Problem } from "@/ui/problem";
import { When } from "@/ui/when";

interface TriggerDrawerProps {
  tenant: string;
  one: Trigger;
  onClose: () => void;
}

const WORDS: Record<TriggerVerb, string> = {
  enable: "Enable",
  disable: "Disable",
  unlock: "Unlock",
  restart: "Try again now",
  "pause-backfill": "Pause the backfill",
  "go-on-backfill": "Go on",
  "end-backfill": "End the backfill",
};

function verbsOf({ trigger, state }: Trigger): TriggerVerb[] {
  if (state.backfill)
    return [state.backfill.paused ? "go-on-backfill" : "pause-backfill", "end-backfill"];
  const verbs: TriggerVerb[] = [];
  if (state.disabled && !trigger.disabled) verbs.push("enable");
  if (state.locked) verbs.push("unlock");
  if (state.error) verbs.push("restart");
  if (!state.disabled) verbs.push("disable");
  return verbs;
}

export function TriggerDrawer({ tenant, one, onClose }: TriggerDrawerProps) {
  const { trigger, state } = one;
  const standing = standingOf(one, useNow(30_000));
  const edits = useMay(tenant, state.namespace)("trigger.edit");
  const verb = useTriggerVerb(tenant);
  const [planning, plan] = useDisclosure(false);
  const schedule = state.kind === "SCHEDULE";
  const { id: _id, type, description, ...written } = trigger;
  return (
    <Drawer opened onClose={onClose} position="right" size={460} title={state.triggerId}>
      <div className={classes.drawer}>
        <section className={classes.why} data-tone={standing.tone} aria-label="Why">
          <strong>{standing.word}</strong>
          <p>{standing.why}</p>
          {edits && (
            <div className={classes.verbs}>
              {verbsOf(one).map((name) => (
                <Button
                  key={name}
                  variant="default"
                  loading={verb.isPending && verb.variables.verb === name}
                  onClick={() => verb.mutate({ verb: name, of: [state] })}
                >
                  {WORDS[name]}
                </Button>
              ))}
              {schedule && !state.backfill && !state.disabled && (
                <Button
                  variant="default"
                  leftSection={<IconCalendarRepeat size={14} />}
                  onClick={plan.open}
                >
                  Backfill…
                </Button>
              )}
            </div>
          )}
        </section>
        {state.backfill && <BackfillCard backfill={state.backfill} />}
        <Card title="Facts">
          <FactsOf tenant={tenant} one={one} />
        </Card>
        {description && (
          <Card title="Description">
            <Markdown text={description} />
          </Card>
        )}
        {schedule && !state.disabled && <Dates tenant={tenant} one={one} />}
        <Card title="As written" side={shortType(type)}>
          <JsonTree value={written} />
        </Card>
      </div>
      {planning && <BackfillDialog tenant={tenant} at={state} onClose={plan.close} />}
    </Drawer>
  );
}

function FactsOf({ tenant, one: { state } }: { tenant: string; one: Trigger }) {
  const { namespace, flowId, triggerId, executionId } = state;
  return (
    <Facts
      facts={[
        [
          "Flow",
          <Link
            key="flow"
            to="/$tenant/flows/$namespace/$flowId"
            params={{ tenant, namespace, flowId }}
            className={classes.link}
          >
            {namespace}.{flowId}
          </Link>,
        ],
        ["Next", state.nextEvaluationDate && <When key="next" at={state.nextEvaluationDate} />],
        ["Last fired", state.lastTriggeredDate && <When key="last" at={state.lastTriggeredDate} />],
        [
          "Has started",
          <Link
            key="started"
            to="/$tenant/executions"
            params={{ tenant }}
            search={{ namespace, flowId, triggerId }}
            className={classes.link}
          >
            See its executions
          </Link>,
        ],
        ["Last looked", state.evaluatedAt && <When key="looked" at={state.evaluatedAt} />],
        [
          "Waits for",
          executionId && (
            <Link
              key="execution"
              to="/$tenant/executions/$executionId"
              params={{ tenant, executionId }}
              className={classes.link}
            >
              the execution that it started
            </Link>
          ),
        ],
      ]}
    />
  );
}

function BackfillCard({ backfill }: { backfill: Backfill }) {
  const { zone } = usePreferences();
  const [start, end, at] = [backfill.start, backfill.end, backfill.currentDate].map((one) =>
    Date.parse(one),
  ) as [number, number, number];
  const share = end > start ? Math.min(100, Math.max(0, ((at - start) / (end - start)) * 100)) : 0;
  return (
    <Card title="Backfill">
      <Facts
        facts={[
          ["From", absoluteTime(start, zone)],
          ["To", absoluteTime(end, zone)],
          ["At", absoluteTime(at, zone)],
        ]}
      />
      <Progress value={share} mt="sm" aria-label="How far the backfill is" />
    </Card>
  );
}

function Dates({ tenant, one: { state } }: { tenant: string; one: Trigger }) {
  const { zone } = usePreferences();
  const [now] = useState(() => Date.now());
  const { data, error } = useQuery(
    datesQuery(tenant, state, { from: new Date(now).toISOString(), size: 6 }),
  );
  return (
    <Card title="Next dates" flush>
      {error && <Problem error={error} />}
      <ol className={classes.dates}>
        {data?.dates.map((date) => (
          <li key={date}>
            <span>{absoluteTime(Date.parse(date), zone)}</span>
            <span>{relativeTime(Date.parse(date), now)}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
