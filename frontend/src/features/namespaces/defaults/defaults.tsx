/// Plug-in defaults: values that tasks of a type take unless they say otherwise.
import { Button, Group, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import { changeNamespace, type NamespaceDetail, namespaceQuery } from "@/api/namespaces";
import { namespaceKeys } from "@/api/stores";
import classes from "@/features/namespaces/namespaces.module.css";
import { Card } from "@/ui/card";
import { JsonTree } from "@/ui/json";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";
import { Waiting } from "@/ui/waiting";

const EXAMPLE = `[
  {
    "type": "core.http.Request",
    "values": { "timeout": "PT30S" },
    "forced": false
  }
]`;

export function PluginDefaults() {
  const { tenant, namespaceId } = useParams({ from: "/$tenant/namespaces/$namespaceId/defaults" });
  const { data } = useQuery(namespaceQuery(tenant, namespaceId));
  const edits = useMay(tenant, namespaceId)("namespace.edit");
  if (!data) {
    return (
      <div style={{ padding: "0 20px" }}>
        <Waiting />
      </div>
    );
  }
  return (
    <div className={`${classes.tab} ${classes.stack}`}>
      <p className={classes.hint}>
        Tasks of a type take these values here and below, unless they say something else; with{" "}
        <code>forced</code> they cannot.
      </p>
      <Card title="Plug-in defaults">
        {edits ? (
          <Edit key={data.updatedAt} tenant={tenant} found={data} />
        ) : data.pluginDefaults.length ? (
          <JsonTree value={data.pluginDefaults} open={2} />
        ) : (
          <span className={classes.quiet}>None yet.</span>
        )}
      </Card>
    </div>
  );
}

function Edit({ tenant, found }: { tenant: string; found: NamespaceDetail }) {
  const client = useQueryClient();
  const first = found.pluginDefaults.length ? JSON.stringify(found.pluginDefaults, null, 2) : "";
  const [text, setText] = useState(first);
  const list = parsed(text);
  const save = useMutation({
    mutationFn: (pluginDefaults: unknown[]) =>
      changeNamespace(tenant, found.id, { pluginDefaults }),
    onSuccess: () => {
      tell("The defaults are saved");
      return client.invalidateQueries({ queryKey: namespaceKeys.one(tenant, found.id) });
    },
  });
  return (
    <div className={classes.form}>
      <Textarea
        aria-label="Plug-in defaults as JSON"
        autosize
        minRows={8}
        maxRows={26}
        placeholder={EXAMPLE}
        value={text}
        error={list ? undefined : "This is not a JSON list."}
        onChange={(event) => setText(event.currentTarget.value)}
        styles={{ input: { fontFamily: "var(--font-mono)" } }}
      />
      {save.error && <Problem error={save.error} />}
      <Group justify="flex-end">
        <Button
          disabled={!list || text === first}
          loading={save.isPending}
          onClick={() => list && save.mutate(list)}
        >
          Save
        </Button>
      </Group>
    </div>
  );
}

function parsed(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() || "[]");
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
