/// Flows, as the mock server answers for them.
import type { Flow, SourceError } from "../api/types.ts";
import {
  type Handler,
  type MockAnswer,
  type MockRequest,
  ok,
  on,
  page,
  refuse,
} from "./answers.ts";
import { type MockFlow, SALES_INPUTS } from "./flows.ts";
import { graphOf } from "./graph.ts";
import type { World } from "./world.ts";

export function flowJson(flow: MockFlow, source = false): Flow {
  const tasks = [...flow.source.matchAll(/^ {2}- id: (\w+)\s*\n\s+type: ([\w.]+)/gm)];
  const sales = flow.id === "sales_daily";
  return {
    id: flow.id,
    namespace: flow.namespace,
    revision: flow.revision,
    description: /description: (?:\|\s*\n\s*)?(.*)/.exec(flow.source)?.[1],
    labels: sales
      ? [
          { key: "team", value: "finance" },
          { key: "tier", value: "gold" },
        ]
      : [],
    disabled: flow.disabled,
    deleted: false,
    inputs: sales ? SALES_INPUTS : [],
    tasks: tasks
      .filter(([, id]) => !["nightly", "on_upload", "tell"].includes(id ?? ""))
      .map(([, id = "", type = ""]) => ({ id, type })),
    triggers: sales
      ? [
          { id: "nightly", type: "io.kestra.plugin.core.trigger.Schedule", cron: "0 5 * * *" },
          { id: "on_upload", type: "io.kestra.plugin.core.trigger.Webhook" },
        ]
      : [],
    updated: flow.updated,
    ...(source ? { source: flow.source } : {}),
  };
}

function problems(source: string): SourceError[] {
  return source.split("\n").flatMap((text, n) => {
    const type = /^\s*type: (core\.log\.(?!Log$|Fetch$)\S*)$/.exec(text)?.[1];
    if (type)
      return [
        {
          line: n + 1,
          column: text.indexOf(type) + 1,
          code: "type.unknown",
          path: "tasks",
          message: `There is no task type "${type}". Did you mean "core.log.Log"?`,
        },
      ];
    const key = /^\s*(mesage|typ|taks):/.exec(text)?.[1];
    if (key)
      return [
        {
          line: n + 1,
          column: text.indexOf(key) + 1,
          code: "key.unknown",
          path: "tasks",
          message: `Unknown key "${key}". Did you mean "message"?`,
        },
      ];
    return [];
  });
}

on("GET", "T/flows/search", (world, { query, path }) => {
  if (path.includes("/lab/")) return ok({ results: [], total: 0 });
  const q = query.get("filters[q][EQUALS]") ?? "";
  const namespace = query.get("filters[namespace][PREFIX]") ?? "";
  const label = [...query.keys()].find((key) => key.startsWith("filters[labels]"));
  const found = world.flows
    .filter((flow) => `${flow.namespace}.${flow.id}`.includes(q))
    .filter((flow) => flow.namespace.startsWith(namespace) && (!label || flow.id === "sales_daily"))
    .map((flow) => flowJson(flow))
    .sort((a, b) => a.id.localeCompare(b.id));
  if (query.get("sort") === "id:desc") found.reverse();
  return ok(page(found, query));
});
on("POST", "T/flows/validate", (_, { body }) => {
  const errors = problems(body);
  const constraints = errors
    .map((error) => `${error.line}:${error.column} ${error.message}`)
    .join("\n");
  return ok([
    {
      index: 0,
      constraints: constraints || null,
      deprecationPaths: [],
      warnings: body.includes("core.debug.Echo")
        ? ["core.debug.Echo is replaced by core.log.Log"]
        : [],
      infos: [],
      errors,
    },
  ]);
});
on("POST", "T/flows/graph", (_, { body }) =>
  problems(body).length ? refuse(422, "The source has problems.") : ok(graphOf(body)),
);
on("POST", "T/flows", (world, { body }) => {
  const id = /^id: (\S+)/m.exec(body)?.[1];
  const namespace = /^namespace: (\S+)/m.exec(body)?.[1];
  if (!id || !namespace) return refuse(422, "A flow needs an id and a namespace.");
  const flow = {
    id,
    namespace,
    revision: 1,
    source: body,
    disabled: false,
    updated: new Date().toISOString(),
    history: [body],
  };
  world.flows.push(flow);
  return ok(flowJson(flow, true));
});
on("POST", "T/flows/(enable|disable)/by-ids", (world, { body }, [verb]) => {
  for (const key of JSON.parse(body) as { namespace: string; id: string }[]) {
    const flow = world.flows.find((one) => one.id === key.id);
    if (flow) flow.disabled = verb === "disable";
  }
  return ok({ count: 1 });
});
const withFlow =
  (handler: (world: World, flow: MockFlow, request: MockRequest) => MockAnswer): Handler =>
  (world, request, [namespace, id]) => {
    const flow = world.flows.find((one) => one.namespace === namespace && one.id === id);
    return flow ? handler(world, flow, request) : refuse(404, "There is no such flow.");
  };
on(
  "GET",
  "T/flows/*/*",
  withFlow((_, flow, { query }) => {
    const revision = Number(query.get("revision") ?? flow.revision);
    return ok({
      ...flowJson(flow, true),
      revision,
      source: flow.history[revision - 1] ?? flow.source,
    });
  }),
);
on(
  "PUT",
  "T/flows/*/*",
  withFlow((_, flow, { body }) => {
    const errors = problems(body);
    if (errors.length) return refuse(422, "The source has problems.", errors);
    if (flow.source !== body) {
      flow.source = body;
      flow.history.push(body);
      flow.revision += 1;
    }
    return ok(flowJson(flow, true));
  }),
);
on(
  "DELETE",
  "T/flows/*/*",
  withFlow((world, flow) => {
    world.flows.splice(world.flows.indexOf(flow), 1);
    return { status: 204 };
  }),
);
on(
  "GET",
  "T/flows/*/*/graph",
  withFlow((_, flow) => ok(graphOf(flow.source, flow))),
);
on(
  "GET",
  "T/flows/*/*/revisions",
  withFlow((_, flow) =>
    ok(
      flow.history.map((source, n) => ({
        ...flowJson(flow),
        revision: n + 1,
        source,
        updated: new Date(
          Date.parse(flow.updated) - (flow.history.length - n) * 86_400_000,
        ).toISOString(),
      })),
    ),
  ),
);
