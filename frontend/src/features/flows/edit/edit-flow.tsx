/// Changing a flow: each save that changes the source is a new revision.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { flowDetailQuery, flowKeys, updateFlow } from "@/api/flows";
import { tell } from "@/ui/toast";
import { useLeaveGuard } from "./use-leave-guard";
import { Workbench } from "./workbench";

export function EditFlow() {
  const params = useParams({ from: "/$tenant/flows/$namespace/$flowId/edit" });
  const { tenant, namespace, flowId } = params;
  const key = { namespace, id: flowId };
  const client = useQueryClient();
  const { data: flow } = useQuery(flowDetailQuery(tenant, key));
  const [draft, setDraft] = useState<string>();
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
  if (!flow) return null;
  return (
    <Workbench
      tenant={tenant}
      source={source}
      changed={changed}
      saving={save.isPending}
      refusal={save.error}
      note={changed ? `Unsaved changes to revision ${flow.revision}` : `Revision ${flow.revision}`}
      onChange={(next) => {
        setDraft(next);
        if (save.error) save.reset();
      }}
      onSave={() => save.mutate()}
    />
  );
}
