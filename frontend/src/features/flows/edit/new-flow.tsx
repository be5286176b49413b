/// A first source that runs as it is.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { createFlow, flowKeys } from "@/api/flows";
import { PageHead } from "@/ui/page-head";
import { tell } from "@/ui/toast";
import { useTitle } from "@/ui/use-title";
import classes from "./new-flow.module.css";
import { useLeaveGuard } from "./use-leave-guard";
import { Workbench } from "./workbench";

function firstSource(namespace: string): string {
  return `id: my_flow
namespace: ${namespace}
description: What this flow is for, in a sentence.

inputs:
  - id: name
    type: STRING
    defaults: world

tasks:
  - id: greet
    type: core.log.Log
    message: "Hello, {{ inputs.name }}!"

  - id: answer
    type: core.debug.Return
    format: "{{ inputs.name }} was greeted at {{ execution.startDate }}"
`;
}

export function NewFlow() {
  useTitle("New flow");
  const { tenant } = useParams({ from: "/$tenant/flows/new" });
  const { namespace } = useSearch({ from: "/$tenant/flows/new" });
  const navigate = useNavigate();
  const client = useQueryClient();
  const [first] = useState(() => firstSource(namespace ?? "company.team"));
  const [source, setSource] = useState(first);
  const create = useMutation({ mutationFn: () => createFlow(tenant, source) });
  useLeaveGuard(source !== first && !create.isPending && !create.isSuccess);
  const save = () =>
    create.mutate(undefined, {
      onSuccess: async (flow) => {
        tell(`${flow.id} is saved`);
        void client.invalidateQueries({ queryKey: flowKeys.all(tenant) });
        await navigate({
          to: "/$tenant/flows/$namespace/$flowId",
          params: { tenant, namespace: flow.namespace, flowId: flow.id },
        });
      },
    });
  return (
    <div className={classes.page}>
      <PageHead title="New flow" />
      <div className={classes.bench}>
        <Workbench
          tenant={tenant}
          source={source}
          changed
          saving={create.isPending}
          refusal={create.error}
          note="Runs as it is; change it to what you need"
          onChange={(next) => {
            setSource(next);
            if (create.error) create.reset();
          }}
          onSave={save}
        />
      </div>
    </div>
  );
}
