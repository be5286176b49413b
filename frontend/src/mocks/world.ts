/// The invented world behind the mock server: flows, executions, and the passing of time.
import { type MockFlow, seedFlows } from "./flows.ts";
import { type ExecutionPlan, executionAt, logsAt, type RunPlan } from "./plan.ts";

/** Repeatable dice: the same world on every start, so that screenshots can be compared. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

function uuid(random: () => number, at: number): string {
  const hex = (length: number) =>
    Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
  const time = Math.floor(at).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-a${hex(3)}-${hex(12)}`;
}

export class World {
  readonly flows: MockFlow[];
  readonly plans: ExecutionPlan[] = [];
  readonly #random = dice(7);

  constructor(now: number) {
    this.flows = seedFlows(now);
    for (let n = 0; n < 160; n++) this.#past(now, n);
    for (const id of ["sales_daily", "churn_features", "warehouse_load"]) {
      this.start(id, now - 4000 - this.#random() * 9000, {}, []);
    }
    const waiting = this.start("month_close", now - 3_000_000, {}, []);
    waiting.pausedAt = now - 2_990_000;
  }

  #past(now: number, n: number): void {
    const flow = this.flows[Math.floor(this.#random() ** 1.6 * this.flows.length)];
    if (!flow) return;
    const at = now - 600_000 - n * 1_500_000 * (0.4 + this.#random());
    const plan = this.start(flow.id, at, {}, []);
    const fate = this.#random();
    plan.trigger = fate > 0.2 ? "nightly" : undefined;
    if (fate < 0.1) fail(plan);
    else if (fate < 0.14) plan.final = "WARNING";
    else if (fate < 0.17) plan.killed = plan.start + plan.end / 2;
  }

  start(
    flowId: string,
    at: number,
    inputs: Record<string, unknown>,
    labels: { key: string; value: string }[],
  ): ExecutionPlan {
    const flow = this.flows.find((one) => one.id === flowId);
    if (!flow) throw new Error(`No flow ${flowId}`);
    const runs = flowId === "sales_daily" ? this.#sales(at) : this.#simple(flow, at);
    const plan: ExecutionPlan = {
      id: uuid(this.#random, at),
      namespace: flow.namespace,
      flowId,
      revision: flow.revision,
      start: at,
      end: Math.max(...runs.flatMap((run) => run.attempts.map((attempt) => attempt.end))) + 60,
      final: "SUCCESS",
      runs,
      labels: flowId === "sales_daily" ? [{ key: "team", value: "finance" }, ...labels] : labels,
      inputs:
        flowId === "sales_daily"
          ? { day: "2026-11-21", region: "emea", full_refresh: false, threshold: 0.98, ...inputs }
          : inputs,
    };
    this.plans.unshift(plan);
    this.plans.sort((a, b) => b.start - a.start);
    return plan;
  }

  #run(
    at: number,
    taskId: string,
    start: number,
    took: number,
    more: Partial<RunPlan> = {},
  ): RunPlan {
    return {
      id: uuid(this.#random, at + start),
      taskId,
      type: "core.log.Log",
      created: start,
      attempts: [{ start: start + 30 + this.#random() * 400, end: start + took, state: "SUCCESS" }],
      ...more,
    };
  }

  #sales(at: number): RunPlan[] {
    const slow = 0.8 + this.#random() * 0.6;
    const t = (ms: number) => ms * slow;
    const fetch = this.#run(at, "fetch", 20, 0, {
      attempts: [
        { start: 60, end: t(1900), state: "FAILED" },
        { start: t(3900), end: t(6200), state: "SUCCESS" },
      ],
    });
    const clean = this.#run(at, "clean", t(6220), t(5200));
    const loop = this.#run(at, "regions", t(11_450), t(7800), { group: true });
    const loads = ["emea", "apac", "amer"].map((value, n) =>
      this.#run(at, "load", t(11_500) + n * 300, t(3000 + n * 2100), { parent: loop.id, value }),
    );
    const check = this.#run(at, "check", t(19_300), t(3100), { group: true });
    const publish = this.#run(at, "publish", t(19_350), t(3000), { parent: check.id });
    return [fetch, clean, loop, ...loads, check, publish];
  }

  #simple(flow: MockFlow, at: number): RunPlan[] {
    const tasks = [...flow.source.matchAll(/^ {2}- id: (\w+)/gm)].map(
      (match) => match[1] ?? "task",
    );
    let offset = 20;
    return tasks.map((taskId) => {
      const took = 1200 + this.#random() * 14_000;
      const run = this.#run(at, taskId, offset, took);
      offset += took + 30;
      return run;
    });
  }

  plan(id: string): ExecutionPlan | undefined {
    return this.plans.find((plan) => plan.id === id);
  }

  /** Changes exactly when something on the topic changed. */
  fingerprint(topic: string): string {
    const [kind, key = ""] = topic.split(":");
    const now = Date.now();
    if (kind === "namespace") {
      const mine = this.plans.filter((plan) => plan.namespace === key);
      return mine.map((plan) => plan.id + executionAt(plan, now, false).state.current).join();
    }
    const plan = this.plan(key);
    if (!plan) return "";
    if (kind === "logs") return String(logsAt(plan, now).length);
    const execution = executionAt(plan, now, true);
    return `${execution.state.current}${execution.taskRunList?.map((run) => run.state.current).join()}`;
  }
}

function fail(plan: ExecutionPlan): void {
  const last = plan.runs.filter((run) => !run.group).at(-1);
  const attempt = last?.attempts.at(-1);
  if (attempt) attempt.state = "FAILED";
  plan.final = "FAILED";
}
