/// What the mock server answers.
import type { Flow, SourceError } from "../api/types.ts";
import { type MockFlow, SALES_INPUTS } from "./flows.ts";
import { graphOf } from "./graph.ts";
import { executionAt, logsAt } from "./plan.ts";
import type { World } from "./world.ts";

export interface MockRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  signedIn: boolean;
}

export interface MockAnswer {
  status: number;
  json?: unknown;
  text?: string;
  cookie?: string;
}

const ok = (json?: unknown): MockAnswer => ({ status: 200, json });
const refuse = (status: number, detail: string, errors: SourceError[] = []): MockAnswer => ({
  status,
  json: { status, detail, code: `mock.${status}`, errors },
});

const page = <T>(all: T[], query: URLSearchParams) => {
  const size = Number(query.get("size") ?? 25);
  const from = (Number(query.get("page") ?? 1) - 1) * size;
  return { results: all.slice(from, from + size), total: all.length };
};

function flowJson(flow: MockFlow, source = false): Flow {
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

type Handler = (world: World, request: MockRequest, part: string[]) => MockAnswer;
const routes: [string, RegExp, Handler][] = [];
const on = (method: string, pattern: string, handler: Handler) => {
  const expression = pattern.replace(/^T/, "/api/v1/[^/]+").replaceAll("*", "([^/]+)");
  routes.push([method, new RegExp(`^${expression}$`), handler]);
};

let setupDone = true;
on("GET", "/api/v1/setup", () =>
  ok({ done: setupDone, passwordConfiguration: { passwordMinLength: 12 } }),
);
on("POST", "/api/v1/setup", () => {
  setupDone = true;
  return ok({});
});
on("POST", "/login", (_, { body }) => {
  const { password } = JSON.parse(body) as { password: string };
  if (password === "wrong") return refuse(401, "The e-mail or the password is not right.");
  return { status: 200, json: {}, cookie: "session=mock" };
});
on("POST", "/logout", () => ({ status: 204, cookie: "session=; Max-Age=0" }));
on("GET", "/api/v1/configs", () => ok({ version: "0.1.0" }));
on("GET", "/api/v1/plugins", () =>
  ok([
    {
      name: "core",
      tasks: [
        "core.log.Log",
        "core.log.Fetch",
        "core.flow.If",
        "core.flow.ForEach",
        "core.flow.Parallel",
        "core.http.Request",
        "core.http.Download",
        "scripts.python.Script",
        "scripts.shell.Commands",
        "jdbc.duckdb.Query",
      ],
      triggers: ["core.trigger.Schedule", "core.trigger.Webhook"],
    },
  ]),
);
on("GET", "/api/v1/me", (_, { signedIn }) =>
  signedIn
    ? ok({
        id: "1",
        email: "ada@example.com",
        firstName: "Ada",
        lastName: "Byron",
        tenants: [
          { id: "main", name: "Main" },
          { id: "lab", name: "Research lab" },
        ],
      })
    : refuse(401, "Sign in first."),
);
on("GET", "T/namespaces/search", (world) => {
  const ids = [...new Set(["company", ...world.flows.map((flow) => flow.namespace)])].sort();
  return ok({ results: ids.map((id) => ({ id })), total: ids.length });
});
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
on("GET", "T/executions/search", (world, { query, path }) => {
  if (path.includes("/lab/")) return ok({ results: [], total: 0 });
  const now = Date.now();
  const get = (field: string) => query.get(`filters[${field}]`)?.split(",");
  const flowIds = get("flowId][EQUALS") ?? get("flowId][IN");
  const states = get("state][IN");
  const namespace = query.get("filters[namespace][PREFIX]") ?? "";
  const from = query.get("filters[startDate][GREATER_THAN_OR_EQUAL_TO]");
  if (query.has("filters[triggerExecutionId][EQUALS]")) return ok({ results: [], total: 0 });
  const found = world.plans
    .filter((plan) => !flowIds || flowIds.includes(plan.flowId))
    .filter(
      (plan) => plan.namespace.startsWith(namespace) && (!from || plan.start >= Date.parse(from)),
    )
    .map((plan) => executionAt(plan, now, false))
    .filter((execution) => !states || states.includes(execution.state.current));
  return ok(page(found, query));
});
on("POST", "T/executions/latest", (world, { body }) => {
  const keys = JSON.parse(body) as { id: string }[];
  return ok(
    keys.flatMap(({ id }) => {
      const plan = world.plans.find((one) => one.flowId === id);
      if (!plan) return [];
      const { state, namespace } = executionAt(plan, Date.now(), false);
      return [
        { id: plan.id, flowId: id, namespace, startDate: state.startDate, status: state.current },
      ];
    }),
  );
});
on("POST|DELETE", "T/executions/(kill|restart|replay)/by-ids", (world, { body }, [verb]) => {
  for (const id of JSON.parse(body) as string[]) {
    const plan = world.plan(id);
    if (plan && verb === "kill") plan.killed = Date.now();
    else if (plan) world.start(plan.flowId, Date.now(), plan.inputs, []);
  }
  return ok({ count: 1 });
});
on("DELETE", "T/executions/by-ids", (world, { body }) => {
  for (const id of JSON.parse(body) as string[])
    world.plans.splice(
      world.plans.findIndex((plan) => plan.id === id),
      1,
    );
  return ok({ count: 1 });
});
on("GET", "T/executions/*", (world, _, [id = ""]) => {
  const plan = world.plan(id);
  return plan
    ? ok(executionAt(plan, Date.now(), true))
    : refuse(404, "There is no such execution.");
});
on("DELETE", "T/executions/*", (world, _, [id]) => {
  world.plans.splice(
    world.plans.findIndex((plan) => plan.id === id),
    1,
  );
  return { status: 204 };
});
on("GET", "T/executions/*/why", (world, _, [id = ""]) => {
  const plan = world.plan(id);
  const paused = plan?.pausedAt !== undefined;
  return ok({
    reasons: paused
      ? [
          {
            code: "paused",
            message: "Waits for somebody to resume it: task “approve” asks for an approval.",
          },
        ]
      : [],
  });
});
on("GET", "T/executions/*/graph", (world, _, [id = ""]) => {
  const flow = world.flows.find((one) => one.id === world.plan(id)?.flowId);
  return flow ? ok(graphOf(flow.source, flow)) : refuse(404, "There is no such execution.");
});
on("GET", "T/executions/*/flow", (world, _, [id = ""]) => {
  const flow = world.flows.find((one) => one.id === world.plan(id)?.flowId);
  return flow ? ok(flowJson(flow, true)) : refuse(404, "There is no such execution.");
});
on("GET", "T/executions/*/file", () => ({
  status: 200,
  text: "day,region,amount\n2026-11-21,emea,1043.20\n2026-11-21,apac,871.04\n2026-11-21,amer,1920.77\n",
}));
on(
  "POST|DELETE",
  "T/executions/*/actions/(kill|restart|replay|pause|resume)",
  (world, _, [id = "", verb]) => {
    const plan = world.plan(id);
    if (!plan) return refuse(404, "There is no such execution.");
    if (verb === "kill") plan.killed = Date.now();
    else if (verb === "pause") plan.pausedAt = Date.now();
    else if (verb === "resume") plan.pausedAt = undefined;
    else
      return ok(
        executionAt(world.start(plan.flowId, Date.now(), plan.inputs, []), Date.now(), true),
      );
    return ok(executionAt(plan, Date.now(), true));
  },
);
on("POST", "T/executions/*/actions/eval/*", (_, { body }) =>
  body.includes("vars") ? ok({ result: "0.991" }) : ok({ error: `Unknown name in ${body}` }),
);
on("POST", "T/executions/*/actions/resume/validate", () => ok({ inputs: [] }));
on("POST", "T/executions/*/*/validate", () =>
  ok([
    {
      inputs: SALES_INPUTS.map((input) => ({ input, enabled: true, errors: [] })),
    },
  ]),
);
on("POST", "T/executions/*/*", (world, { query }, [, id = ""]) => {
  const labels = query.getAll("labels").map((text) => {
    const [key = "", value = ""] = text.split(":");
    return { key, value };
  });
  return ok(executionAt(world.start(id, Date.now(), {}, labels), Date.now(), true));
});
on("GET", "T/logs/*", (world, { query }, [id = ""]) => {
  const plan = world.plan(id);
  const after = Number(query.get("after") ?? 0);
  return ok(plan ? logsAt(plan, Date.now()).filter((line) => (line.index ?? 0) > after) : []);
});
on("GET", "T/logs/*/download", () => ({ status: 200, text: "log" }));
on("GET", "T/outputs/executions/*", () =>
  ok({ report: "downbeat:///company/data/report.csv", rows: 104233 }),
);
on("GET", "T/outputs/tasks/*/*", () =>
  ok({
    uri: "downbeat:///company/data/sales_daily/executions/clean.csv",
    vars: { quality: 0.991, rows: 104_021, dropped: 212, regions: ["emea", "apac", "amer"] },
    exitCode: 0,
  }),
);
on("GET", "T/metrics/*", (world, { query }, [id = ""]) => {
  const runs = world.plan(id)?.runs.filter((run) => !run.group) ?? [];
  const metrics = runs.flatMap((run, n) => [
    {
      name: "rows",
      type: "counter",
      value: 104_233 - n * 1212,
      taskId: run.taskId,
      taskRunId: run.id,
      tags: { table: "sales" },
    },
    {
      name: "duration",
      type: "timer",
      value: 1.2 + n * 0.8,
      taskId: run.taskId,
      taskRunId: run.id,
      tags: {},
    },
  ]);
  return ok(page(metrics, query));
});

export function answer(world: World, request: MockRequest): MockAnswer {
  const open = /^\/(login|logout|api\/v1\/(setup|configs|me))$/.test(request.path);
  if (!open && !request.signedIn) return refuse(401, "Sign in first.");
  for (const [methods, pattern, handler] of routes) {
    const match = methods.split("|").includes(request.method) && pattern.exec(request.path);
    if (match) return handler(world, request, match.slice(1).map(decodeURIComponent));
  }
  return refuse(404, `The mock server has no ${request.method} ${request.path}.`);
}
