"""The flows, character for character as the guide shows them."""

from __future__ import annotations

from typing import Final

DAILY: Final = """\
id: daily_analytics_workflow
namespace: company.data

triggers:
  - id: daily
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 5 * * *"

tasks:
  - id: ingest
    type: io.kestra.plugin.airbyte.connections.Sync
    connectionId: "{{ secret('AIRBYTE_CONN_ID') }}"
    retry:
      type: exponential
      maxAttempt: 3

  - id: transform
    type: io.kestra.plugin.dbt.cli.DbtCLI
    commands:
      - dbt build --select tag:daily

  - id: notify
    type: io.kestra.plugin.notifications.slack.SlackIncomingWebhook
    url: "{{ secret('SLACK_WEBHOOK') }}"
    payload: '{"text": "Daily analytics completed ✅"}'

errors:
  - id: alert_failure
    type: io.kestra.plugin.notifications.slack.SlackIncomingWebhook
    url: "{{ secret('SLACK_WEBHOOK') }}"
    payload: '{"text": "❌ Daily analytics failed — check execution logs"}'
"""

EVENTS: Final = """\
id: event_driven_pipeline
namespace: company.data

triggers:
  - id: s3_file_landing
    type: io.kestra.plugin.aws.s3.Trigger
    bucket: raw-events
    action: NONE
    interval: PT1M

tasks:
  - id: transform
    type: io.kestra.plugin.scripts.python.Script
    script: |
      import pandas as pd
      df = pd.read_csv("{{ trigger.objects[0].uri }}")
      df = df.dropna().drop_duplicates()
      df.to_parquet("output.parquet")

  - id: load
    type: io.kestra.plugin.gcp.bigquery.Load
    from: "{{ outputs.transform.outputFiles['output.parquet'] }}"
    destinationTable: "analytics.events"
    format: PARQUET
"""

FILES: Final = {
    "daily_analytics_workflow.yaml": DAILY,
    "event_driven_pipeline.yaml": EVENTS,
}
"""By the names that the guide gives them."""
