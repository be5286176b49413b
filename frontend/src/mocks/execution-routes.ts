/// Executions, logs, outputs and metrics, as the mock server answers for them.
import { ok, on, page, refuse } from "./answers.ts";
import { flowJson } from "./flow-routes.ts";
import { SALES_INPUTS } from "./flows.ts";
import { graphOf } from "./graph.ts";
import { executionAt, logsAt } from "./plan.ts";

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
