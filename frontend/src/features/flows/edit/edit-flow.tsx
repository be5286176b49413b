/// Changing a flow: each save that changes the source is a new revision.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { rightsQuery } from "@/api/access";
import { flowDetailQuery, flowKeys, updateFlow } from "@/api/flows";
import { tell } from "@/ui/toast";
import { useLeaveGuard } from "./use-leave-guard";
import { Workbench } from "./workbench";

export function EditFlow() {
  const params = useParams({ from: "/$tenant/flows/$namespace/$flowId/edit" });
  const { tenant, namespace, flowId } = params;
  const key = { namespace, id: flowId };
  const client = useQueryClient();
  const { data: rights } = useQuery(rightsQuery(tenant, namespace));
  const { data: flow } = useQuery(flowDetailQuery(tenant, key));
  const [draft, setDraft] = useState<string>();
  // The revision that the draft began from: others may save meanwhile.
  const [base, setBase] = useState<number>();
  const saved = flow?.source ?? "";
  const source = draft ?? saved;
  const changed = draft !== undefined && draft !== saved;
  const save = useMutation({
    mutationFn: () => updateFlow(tenant, key, source),
    onSuccess: async (answer) => {
      tell(`Saved as revision ${answer.revision}`);
      await client.invalidateQueries({ queryKey: flowKeys.all(tenant) });
      setDraft(undefined);
    },
  });
  useLeaveGuard(changed && !save.isPending);
  if (!flow || !rights) return null;
  return (
    <Workbench
      tenant={tenant}
      source={source}
      changed={changed}
      saving={save.isPending}
      refusal={save.error}
      readOnly={!rights.actions.includes("flow.edit")}
      note={noteOf(changed ? (base ?? flow.revision) : undefined, flow.revision)}
      onChange={(next) => {
        if (!changed) setBase(flow.revision);
        setDraft(next);
        if (save.error) save.reset();
      }}
      onSave={() => save.mutate()}
    />
  );
}

function noteOf(base: number | undefined, current: number): ReactNode {
  if (base === undefined) return `Revision ${current}`;
  if (base === current) return `Unsaved changes to revision ${current}`;
  return (
    <strong role="status">
      Somebody saved revision {current} meanwhile; yours would replace it. Compare under Revisions.
    </strong>
  );
}
