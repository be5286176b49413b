/// The replay of an execution: from where, with which revision and inputs, and what would happen, before it does.
import { Button, Checkbox, Group, Modal, Select } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { executionKeys } from "@/api/executions";
import { flowDetailQuery } from "@/api/flows";
import { forecastQuery, type ReplayWish, replay } from "@/api/replay";
import type { Execution, FlowInput } from "@/api/types";
import { formDataOf, InputField, partsOf, problemOf, type Values } from "@/features/flows/execute";
import { stateWord } from "@/lib/states";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";
import { ForecastList } from "./forecast-list";
import { changedInputs, valuesFrom } from "./inputs";
import classes from "./replay.module.css";

interface ReplayDialogProps {
  tenant: string;
  execution: Execution;
  /** Where to begin unless another place is chosen; absent: at the start. */
  taskRunId?: string;
  onClose: () => void;
}

const START = "start";

export function ReplayDialog({ tenant, execution, taskRunId, onClose }: ReplayDialogProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { namespace, flowId: id } = execution;
  const flow = useQuery(flowDetailQuery(tenant, { namespace, id }));
  const [from, setFrom] = useState(taskRunId ?? START);
  const [latest, setLatest] = useState(false);
  const inputs = flow.data?.inputs ?? [];
  const [values, setValues] = useState<Values>({});
  const changed = changedInputs(inputs, values);
  const wish: ReplayWish = {
    taskRunId: from === START ? undefined : from,
    latest,
    form: changed.length ? formDataOf(partsOf(changed, values)) : undefined,
  };
  const wrong = changed.some((input) => problemOf(input, values[input.id]));
  const start = useMutation({
    mutationFn: () => replay(tenant, execution.id, wish),
    onSuccess: async (answer) => {
      tell("A new execution has begun");
      await navigate({
        to: "/$tenant/executions/$executionId/gantt",
        params: { tenant, executionId: answer.id },
      });
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: executionKeys.all(tenant) }),
  });
  const newer = flow.data && flow.data.revision !== execution.flowRevision;
  return (
    <Modal opened onClose={onClose} title="Replay" size="lg">
      <div className={classes.form}>
        <Select
          label="From"
          searchable
          allowDeselect={false}
          data={places(execution)}
          value={from}
          onChange={(value) => setFrom(value ?? START)}
        />
        {newer && (
          <Checkbox
            size="xs"
            label={`With revision ${flow.data?.revision} instead of ${execution.flowRevision}`}
            checked={latest}
            onChange={(event) => setLatest(event.currentTarget.checked)}
          />
        )}
        {inputs.length > 0 && (
          <Inputs
            inputs={inputs}
            values={{ ...valuesFrom(inputs, execution.inputs ?? {}), ...values }}
            changed={new Set(changed.map((input) => input.id))}
            onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
          />
        )}
        <Forecast tenant={tenant} id={execution.id} wish={wish} />
        {start.error && <Problem error={start.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            loading={start.isPending}
            disabled={wrong}
            onClick={() => start.mutate()}
            data-autofocus
          >
            Replay
          </Button>
        </Group>
      </div>
    </Modal>
  );
}

function places(execution: Execution): { value: string; label: string }[] {
  const runs = (execution.taskRunList ?? []).map((run) => ({
    value: run.id,
    label: `${[run.taskId, run.value].filter(Boolean).join(" › ")} (${stateWord(run.state.current)})`,
  }));
  return [{ value: START, label: "the start" }, ...runs];
}

interface InputsProps {
  inputs: readonly FlowInput[];
  values: Values;
  changed: ReadonlySet<string>;
  onChange: (name: string, value: Values[string]) => void;
}

/** The inputs are those of the old execution until somebody changes one. */
function Inputs({ inputs, values, changed, onChange }: InputsProps) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Checkbox
        size="xs"
        label="With other inputs"
        checked={opened || changed.size > 0}
        onChange={(event) => setOpened(event.currentTarget.checked)}
      />
      {(opened || changed.size > 0) &&
        inputs.map((input) => (
          <InputField
            key={input.id}
            input={input}
            value={values[input.id]}
            problem={changed.has(input.id) ? problemOf(input, values[input.id]) : undefined}
            onChange={(value) => onChange(input.id, value)}
          />
        ))}
    </>
  );
}

function Forecast({ tenant, id, wish }: { tenant: string; id: string; wish: ReplayWish }) {
  const { data, error, isFetching } = useQuery(forecastQuery(tenant, id, wish));
  if (error) return <Problem error={error} />;
  return (
    <section className={classes.forecast} aria-label="What would happen" aria-busy={isFetching}>
      <h3>What would happen</h3>
      {data ? <ForecastList forecast={data} /> : <p className={classes.quiet}>Looking…</p>}
    </section>
  );
}
