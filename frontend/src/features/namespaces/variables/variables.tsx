/// Variables: named values that every flow of the namespace reads as `namespace.…`.
import { Button, Group, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "@/api/access";
import {
  changeNamespace,
  inheritedVariablesQuery,
  type NamespaceDetail,
  namespaceQuery,
} from "@/api/namespaces";
import { namespaceKeys } from "@/api/stores";
import classes from "@/features/namespaces/namespaces.module.css";
import { Card } from "@/ui/card";
import { JsonTree } from "@/ui/json";
import { Problem } from "@/ui/problem";
import { tell } from "@/ui/toast";
import { Waiting } from "@/ui/waiting";

export function Variables() {
  const { tenant, namespaceId } = useParams({ from: "/$tenant/namespaces/$namespaceId/variables" });
  const { data } = useQuery(namespaceQuery(tenant, namespaceId));
  const inherited = useQuery(inheritedVariablesQuery(tenant, namespaceId));
  const edits = useMay(tenant, namespaceId)("namespace.edit");
  if (!data) {
    return (
      <div style={{ padding: "0 20px" }}>
        <Waiting />
      </div>
    );
  }
  const above = Object.entries(inherited.data ?? {}).filter(
    ([path, values]) => path !== namespaceId && Object.keys(values).length > 0,
  );
  return (
    <div className={`${classes.tab} ${classes.stack}`}>
      <p className={classes.hint}>
        Flows here and below read them as <code>{"{{ namespace.name }}"}</code>. They are no place
        for passwords: those are secrets.
      </p>
      {edits ? (
        <Edit key={data.updatedAt} tenant={tenant} found={data} />
      ) : (
        <Card title="Variables">
          <Values values={data.variables} />
        </Card>
      )}
      {above.map(([path, values]) => (
        <Card key={path} title={`From ${path}`}>
          <JsonTree value={values} />
        </Card>
      ))}
    </div>
  );
}

function Values({ values }: { values: Record<string, unknown> }) {
  if (Object.keys(values).length === 0) return <span className={classes.quiet}>None yet.</span>;
  return <JsonTree value={values} open={1} />;
}

function Edit({ tenant, found }: { tenant: string; found: NamespaceDetail }) {
  const client = useQueryClient();
  const first = JSON.stringify(found.variables, null, 2);
  const [text, setText] = useState(first);
  const values = parsed(text);
  const save = useMutation({
    mutationFn: (variables: Record<string, unknown>) =>
      changeNamespace(tenant, found.id, { variables }),
    onSuccess: () => {
      tell("The variables are saved");
      return client.invalidateQueries({ queryKey: namespaceKeys.one(tenant, found.id) });
    },
  });
  return (
    <Card title="Variables">
      <div className={classes.form}>
        <Textarea
          aria-label="Variables as JSON"
          autosize
          minRows={6}
          maxRows={24}
          value={text}
          error={values ? undefined : "This is not a JSON object."}
          onChange={(event) => setText(event.currentTarget.value)}
          styles={{ input: { fontFamily: "var(--font-mono)" } }}
        />
        {save.error && <Problem error={save.error} />}
        <Group justify="flex-end">
          <Button
            disabled={!values || text === first}
            loading={save.isPending}
            onClick={() => values && save.mutate(values)}
          >
            Save
          </Button>
        </Group>
      </div>
    </Card>
  );
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text || "{}");
    const object = typeof value === "object" && value !== null && !Array.isArray(value);
    return object ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
