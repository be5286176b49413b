/// Invented flows of an invented company, as sources.
import type { FlowInput } from "../api/types.ts";

export interface MockFlow {
  namespace: string;
  id: string;
  revision: number;
  source: string;
  disabled: boolean;
  updated: string;
  history: string[];
}

const SALES = `id: sales_daily
namespace: company.data
description: |
  Takes the day's sales files, cleans them, and publishes the report that finance reads at eight.

labels:
  team: finance
  tier: gold

inputs:
  - id: day
    type: DATE
    displayName: Business day
    defaults: 2026-11-21
  - id: region
    type: SELECT
    values: [emea, apac, amer]
    defaults: emea
  - id: full_refresh
    type: BOOLEAN
    defaults: false
    description: Loads everything again instead of one day.
  - id: threshold
    type: FLOAT
    min: 0
    max: 1
    defaults: 0.98
  - id: correction
    type: FILE
    required: false
    description: A file of corrections, applied after cleaning.

tasks:
  - id: fetch
    type: http.Download
    uri: "https://files.example.com/sales/{{ inputs.day }}.csv"
    retry:
      type: exponential
      interval: PT2S
      maxAttempt: 3

  - id: clean
    type: scripts.python.Script
    outputFiles: ["clean.parquet"]
    script: |
      import pandas as pd
      frame = pd.read_csv("{{ outputs.fetch.uri }}")
      frame.dropna().to_parquet("clean.parquet")

  - id: regions
    type: core.flow.ForEach
    values: ["emea", "apac", "amer"]
    concurrencyLimit: 0
    tasks:
      - id: load
        type: jdbc.duckdb.Query
        sql: INSERT INTO sales SELECT * FROM 'clean.parquet' WHERE region = '{{ taskrun.value }}'

  - id: check
    type: core.flow.If
    condition: "{{ outputs.clean.vars.quality >= inputs.threshold }}"
    then:
      - id: publish
        type: core.http.Request
        method: POST
        uri: https://reports.example.com/publish
    else:
      - id: hold
        type: core.log.Log
        level: WARN
        message: Quality is below the threshold, nothing was published.

errors:
  - id: tell
    type: notifications.slack.SlackIncomingWebhook
    url: "{{ secret('SLACK_WEBHOOK') }}"

triggers:
  - id: nightly
    type: core.trigger.Schedule
    cron: "0 5 * * *"
  - id: on_upload
    type: core.trigger.Webhook
    key: s4les
`;

function plain(namespace: string, id: string, description: string, tasks: string[]): string {
  const lines = tasks.map((task) => {
    const [name, type] = task.split("=");
    return `  - id: ${name}\n    type: ${type}\n`;
  });
  return `id: ${id}\nnamespace: ${namespace}\ndescription: ${description}\n\ntasks:\n${lines.join("\n")}`;
}

const OTHERS: readonly (readonly [string, string, string, string[]])[] = [
  [
    "company.data",
    "warehouse_load",
    "Loads the staging tables into the warehouse.",
    ["extract=jdbc.postgresql.Query", "stage=jdbc.duckdb.Query", "merge=jdbc.duckdb.Query"],
  ],
  [
    "company.data",
    "quality_gate",
    "Checks yesterday's tables against their expectations.",
    ["rules=core.http.Download", "check=scripts.python.Script"],
  ],
  [
    "company.data.ml",
    "churn_features",
    "Features for the churn model.",
    ["read=jdbc.duckdb.Query", "build=scripts.python.Script", "store=aws.s3.Upload"],
  ],
  [
    "company.data.ml",
    "train_churn",
    "Trains and registers the churn model.",
    ["features=core.flow.Subflow", "train=scripts.python.Script", "register=core.http.Request"],
  ],
  [
    "company.finance",
    "invoices_import",
    "Imports the invoices of all subsidiaries.",
    ["list=aws.s3.List", "import=scripts.python.Script"],
  ],
  [
    "company.finance",
    "month_close",
    "Closes the month after two people approved it.",
    ["freeze=jdbc.postgresql.Query", "approve=core.flow.Pause", "close=jdbc.postgresql.Query"],
  ],
  [
    "company.platform",
    "backup_metadata",
    "Copies the metadata to cold storage.",
    ["dump=scripts.shell.Commands", "upload=aws.s3.Upload"],
  ],
  [
    "company.platform",
    "rotate_keys",
    "Rotates the service keys of the quarter.",
    ["rotate=scripts.python.Script"],
  ],
  [
    "company.marketing",
    "campaign_sync",
    "Brings campaign figures from three networks.",
    ["ads=core.http.Request", "social=core.http.Request", "merge=scripts.python.Script"],
  ],
  ["tutorial", "hello_world", "The smallest flow there is.", ["hello=core.log.Log"]],
];

export function seedFlows(now: number): MockFlow[] {
  const sources: readonly (readonly [string, string, string])[] = [
    ["company.data", "sales_daily", SALES],
    ...OTHERS.map(([ns, id, text, tasks]) => [ns, id, plain(ns, id, text, tasks)] as const),
  ];
  return sources.map(([namespace, id, source], position) => ({
    namespace,
    id,
    revision: id === "sales_daily" ? 3 : 1 + (position % 2),
    source,
    disabled: id === "rotate_keys",
    updated: new Date(now - (position * 31 + 5) * 3_600_000).toISOString(),
    history:
      id === "sales_daily"
        ? [
            source.replace("tier: gold", "tier: silver").replace("maxAttempt: 3", "maxAttempt: 5"),
            source.replace("tier: gold", "tier: silver"),
            source,
          ]
        : Array.from({ length: 1 + (position % 2) }, () => source),
  }));
}

/** The inputs of the flow that has some; the mock does not parse YAML. */
export const SALES_INPUTS: FlowInput[] = [
  { id: "day", type: "DATE", displayName: "Business day", defaults: "2026-11-21", required: true },
  {
    id: "region",
    type: "SELECT",
    values: ["emea", "apac", "amer"],
    defaults: "emea",
    required: true,
  },
  {
    id: "full_refresh",
    type: "BOOLEAN",
    defaults: false,
    required: true,
    description: "Loads everything again instead of one day.",
  },
  { id: "threshold", type: "FLOAT", min: 0, max: 1, defaults: 0.98, required: true },
  {
    id: "channels",
    type: "MULTISELECT",
    values: ["web", "store", "partner"],
    defaults: ["web", "store"],
    required: true,
  },
  { id: "settings", type: "JSON", required: false },
  {
    id: "correction",
    type: "FILE",
    required: false,
    description: "A file of corrections, applied after cleaning.",
    extension: ".csv",
  },
];
