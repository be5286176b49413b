"""The connection ``gcp``: whom Google Cloud takes us for, and for which project we work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from downbeat.sdk.connection import Connection
from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Dyn, Text

CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"


class GcpConnection(Connection):
    """Google Cloud.

    `serviceAccount` is the JSON of a key (or of another credential that Google hands out).
    Without it the operator's variables count: `GOOGLE_APPLICATION_CREDENTIALS` (JSON, or the path
    of a file that tasks can read), `BIGQUERY_EMULATOR_HOST` (a test server, no credentials) and
    `GCE_METADATA_HOST` (the account of the machine). `DOWNBEAT_TASK_ENV` lets them through.
    """

    connection_type: ClassVar[str] = "gcp"
    secret_values: ClassVar[frozenset[str]] = frozenset({"service_account"})
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "project_id": ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"),
        "service_account": ("GOOGLE_APPLICATION_CREDENTIALS",),
    }

    project_id: Dyn[Text | None] = None
    service_account: Dyn[Text | None] = None
    impersonated_service_account: Dyn[Text | None] = None
    scopes: Dyn[list[Text] | None] = None
    location: Dyn[Text | None] = None

    def check(self, ctx: RunContext) -> str:
        """Asks BigQuery for the first data set of the project."""
        from flows.plugins.gcp.bigquery.session import line_of

        with line_of(ctx, self) as line:
            found = next(iter(line.client.list_datasets(max_results=1, retry=line.again)), None)
        seen = f"its first data set is {found.dataset_id}" if found else "no data set is to be seen"
        return f"BigQuery lets us into the project {line.project}; {seen}"
