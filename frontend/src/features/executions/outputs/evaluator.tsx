/// Tries an expression against what this execution really holds.
import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { evaluate } from "@/api/executions";
import type { Execution, TaskRun } from "@/api/types";
import { Card } from "@/ui/card";
import { Copy } from "@/ui/copy";
import { Problem } from "@/ui/problem";
import classes from "./outputs.module.css";

interface EvaluatorProps {
  tenant: string;
  execution: Execution;
  run: TaskRun | undefined;
}

export function Evaluator({ tenant, execution, run }: EvaluatorProps) {
  const [expression, setExpression] = useState(
    run ? `{{ outputs.${run.taskId} }}` : "{{ execution.id }}",
  );
  const evaluation = useMutation({
    mutationFn: () => evaluate(tenant, execution.id, run?.id, expression),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    evaluation.mutate();
  };
  const { data, error } = evaluation;
  return (
    <Card title={run ? `Try an expression as ${run.taskId} sees it` : "Try an expression"}>
      <form className={classes.evaluate} onSubmit={submit}>
        <TextInput
          aria-label="Expression"
          value={expression}
          onChange={(event) => setExpression(event.currentTarget.value)}
          styles={{ input: { fontFamily: "var(--font-mono)" } }}
        />
        <Button type="submit" variant="default" loading={evaluation.isPending}>
          Evaluate
        </Button>
      </form>
      {error && <Problem error={error} />}
      {data?.error && <Problem error={new Error(data.error)} />}
      {data && !data.error && (
        <div className={classes.result}>
          <pre className="mono">{data.result}</pre>
          <Copy text={data.result ?? ""} what="the result" />
        </div>
      )}
    </Card>
  );
}
