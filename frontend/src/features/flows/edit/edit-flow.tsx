/// Changing a flow: each save that changes the source is a new revision, and replaces none that was not read.
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { rightsQuery } from "@/api/access";
import { flowDetailQuery, flowKeys, newerRevision, updateFlow } from "@/api/flows";
import { tell } from "@/ui/toast";
import { ConflictDialog } from "./lazy-conflict";
import { useLeaveGuard } from "./use-leave-guard";
import { Workbench } from "./workbench";

interface Save {
  text: string;
  /** The revision that it may replace. */
  read: number;
}

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
  const [comparing, setComparing] = useState(false);
  const saved = flow?.source ?? "";
  const source = draft ?? saved;
  const changed = draft !== undefined && draft !== saved;
  const save = useMutation({
    mutationFn: ({ text, read }: Save) => updateFlow(tenant, key, text, read),
    onSuccess: async (answer) => {
      tell(`Saved as revision ${answer.revision}`);
      await client.invalidateQueries({ queryKey: flowKeys.all(tenant) });
      setDraft(undefined);
    },
    onError: async (error) => {
      if (!newerRevision(error)) return;
      await client.invalidateQueries({ queryKey: flowKeys.one(tenant, key) });
      setComparing(true);
    },
  });
  useLeaveGuard(changed && !save.isPending);
  if (!flow || !rights) return null;
  const began = changed ? (base ?? flow.revision) : flow.revision;
  const settle = (text: string | undefined) => {
    setDraft(text);
    setBase(flow.revision);
    setComparing(false);
    save.reset();
  };
  return (
    <>
      <Workbench
        tenant={tenant}
        source={source}
        changed={changed}
        saving={save.isPending}
        refusal={newerRevision(save.error) ? null : save.error}
        readOnly={!rights.actions.includes("flow.edit")}
        note={noteOf(changed, began, flow.revision, () => setComparing(true))}
        onChange={(next) => {
          if (!changed) setBase(flow.revision);
          setDraft(next);
          if (save.error) save.reset();
        }}
        onSave={() => save.mutate({ text: source, read: began })}
      />
      {comparing && began !== flow.revision && (
        <ConflictDialog
          tenant={tenant}
          flow={key}
          revision={flow.revision}
          theirs={saved}
          mine={source}
          onTheirs={() => settle(undefined)}
          onMine={() => {
            settle(source);
            save.mutate({ text: source, read: flow.revision });
          }}
          onMerged={settle}
          onClose={() => setComparing(false)}
        />
      )}
    </>
  );
}

function noteOf(
  changed: boolean,
  began: number,
  current: number,
  onCompare: () => void,
): ReactNode {
  if (!changed) return `Revision ${current}`;
  if (began === current) return `Unsaved changes to revision ${current}`;
  return (
    <>
      <strong role="status">Somebody saved revision {current} meanwhile</strong>{" "}
      <Button size="compact-xs" variant="default" onClick={onCompare}>
        Compare
      </Button>
    </>
  );
}
