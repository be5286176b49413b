/// Starting a flow: a form made from its typed inputs, labels, a date, and the same as a curl line.
import { Button, Collapse, Modal, TagsInput, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronRight, IconPlayerPlayFilled } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { askToStart } from "@/api/approvals";
import { tenantPath } from "@/api/client";
import { executionKeys, startExecution } from "@/api/executions";
import { parseLabel } from "@/api/filters";
import { flowDetailQuery } from "@/api/flows";
import type { Flow } from "@/api/types";
import { AskApproval } from "@/features/approvals/ask-approval";
import { Copy } from "@/ui/copy";
import { Problem } from "@/ui/problem";
import { inputsAsked, labelsAsked } from "./asked";
import { curlLine } from "./curl";
import classes from "./execute.module.css";
import { firstValues, formDataOf, partsOf, type Values } from "./form";
import { InputField } from "./input-field";
import { useInputChecks } from "./use-input-checks";

export interface ExecuteDialogProps {
  tenant: string;
  flow: Flow;
  onClose: () => void;
}

/** A list carries flows in brief; the form wants the whole. */
export function ExecuteDialog({ tenant, flow, onClose }: ExecuteDialogProps) {
  const whole = useQuery(flowDetailQuery(tenant, flow));
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={
        <>
          Execute <strong>{flow.id}</strong>
        </>
      }
    >
      {whole.error && <Problem error={whole.error} />}
      {whole.data && <ExecuteForm tenant={tenant} flow={whole.data} onClose={onClose} />}
    </Modal>
  );
}

function ExecuteForm({ tenant, flow, onClose }: ExecuteDialogProps) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [values, setValues] = useState<Values>(() => firstValues(flow.inputs ?? []));
  const [labels, setLabels] = useState<string[]>([]);
  const [date, setDate] = useState("");
  const [tried, setTried] = useState(false);
  const checks = useInputChecks(tenant, flow, values);
  const parts = partsOf(checks.shown, values);
  const start = useMutation({
    mutationFn: () =>
      startExecution(tenant, flow, {
        form: formDataOf(parts),
        labels,
        scheduleDate: date ? new Date(date).toISOString() : undefined,
      }),
    onSuccess: async (execution) => {
      void client.invalidateQueries({ queryKey: executionKeys.lists(tenant) });
      await navigate({
        to: "/$tenant/executions/$executionId/gantt",
        params: { tenant, executionId: execution.id },
      });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(checks.problems).length === 0) start.mutate();
  };
  const touched = (id: string) => tried || values[id] !== firstValues(flow.inputs ?? [])[id];
  return (
    <form onSubmit={submit} noValidate className={classes.form}>
      {start.error && (
        <div>
          <Problem error={start.error} />
          <AskApproval
            tenant={tenant}
            refusal={start.error}
            again="start"
            ask={async (why) =>
              askToStart(
                tenant,
                {
                  namespace: flow.namespace,
                  flowId: flow.id,
                  inputs: await inputsAsked(parts),
                  labels: labelsAsked(labels),
                },
                why,
              )
            }
          />
        </div>
      )}
      {checks.shown.length === 0 && (
        <p className={classes.none}>This flow takes no inputs: it can start right away.</p>
      )}
      {checks.shown.map((input) => (
        <InputField
          key={input.id}
          input={input}
          value={values[input.id]}
          problem={touched(input.id) ? checks.problems[input.id] : undefined}
          onChange={(value) => setValues((before) => ({ ...before, [input.id]: value }))}
        />
      ))}
      <More labels={labels} date={date} onLabels={setLabels} onDate={setDate} />
      <Curl
        line={curlLine({
          origin: window.location.origin,
          path: tenantPath(tenant, "executions", flow.namespace, flow.id),
          labels,
          parts,
          secrets: new Set(
            checks.shown.filter((input) => input.type === "SECRET").map((input) => input.id),
          ),
        })}
      />
      <div className={classes.foot}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          leftSection={<IconPlayerPlayFilled size={14} />}
          loading={start.isPending || start.isSuccess}
        >
          {date ? "Schedule" : "Execute"}
        </Button>
      </div>
    </form>
  );
}

interface MoreProps {
  labels: string[];
  date: string;
  onLabels: (labels: string[]) => void;
  onDate: (date: string) => void;
}

function More({ labels, date, onLabels, onDate }: MoreProps) {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <div>
      <Opener opened={opened} onToggle={toggle}>
        Labels and time
      </Opener>
      <Collapse in={opened}>
        <div className={classes.more}>
          <TagsInput
            size="xs"
            label="Labels"
            placeholder="key:value"
            description="Press Enter after each"
            value={labels}
            onChange={(next) => onLabels(next.filter(parseLabel))}
          />
          <TextInput
            type="datetime-local"
            label="Start at"
            description="Empty means now"
            value={date}
            onChange={(event) => onDate(event.currentTarget.value)}
          />
        </div>
      </Collapse>
    </div>
  );
}

function Curl({ line }: { line: string }) {
  const [opened, { toggle }] = useDisclosure(false);
  return (
    <div>
      <Opener opened={opened} onToggle={toggle}>
        The same from a shell
      </Opener>
      <Collapse in={opened}>
        <div className={classes.curl}>
          <pre className="mono">{line}</pre>
          <Copy text={line} what="the command" />
        </div>
      </Collapse>
    </div>
  );
}

function Opener(props: { opened: boolean; onToggle: () => void; children: string }) {
  return (
    <UnstyledButton
      className={classes.opener}
      aria-expanded={props.opened}
      onClick={props.onToggle}
    >
      <IconChevronRight size={14} aria-hidden />
      {props.children}
    </UnstyledButton>
  );
}
