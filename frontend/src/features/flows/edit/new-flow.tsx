/// A first source that runs as it is.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { blueprintQuery } from "@/api/blueprints";
import { createFlow, flowKeys } from "@/api/flows";
import { namespacesQuery } from "@/api/namespaces";
import { PageHead } from "@/ui/page-head";
import { PageProblem } from "@/ui/page-problem";
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
  const { namespace, blueprint } = useSearch({ from: "/$tenant/flows/new" });
  const found = useQuery({ ...blueprintQuery(tenant, blueprint ?? ""), enabled: !!blueprint });
  if (found.error) return <PageProblem error={found.error} reset={() => void found.refetch()} />;
  if (blueprint && !found.data) return <PageHead title="New flow" />;
  const first = found.data
    ? inNamespace(found.data.source, namespace)
    : firstSource(namespace ?? "company.team");
  return <Write key={blueprint ?? ""} tenant={tenant} first={first} />;
}

/** A blueprint moves to the namespace from which it was asked for. */
function inNamespace(source: string, namespace: string | undefined): string {
  return namespace ? source.replace(/^namespace: .*$/m, `namespace: ${namespace}`) : source;
}

function Write({ tenant, first }: { tenant: string; first: string }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [source, setSource] = useState(first);
  const create = useMutation({ mutationFn: () => createFlow(tenant, source) });
  useLeaveGuard(source !== first && !create.isPending && !create.isSuccess);
  const save = () =>
    create.mutate(undefined, {
      onSuccess: async (flow) => {
        tell(`${flow.id} is saved`);
        void client.invalidateQueries({ queryKey: flowKeys.all(tenant) });
        // The first flow of a namespace makes it.
        void client.invalidateQueries({ queryKey: namespacesQuery(tenant).queryKey });
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
