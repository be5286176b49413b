"""Tasks that clear out: old executions, files of the running one, expired keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Deprecated, Dyn, Spec, Text
from downbeat.sdk.task import Outputs, RunnableTask
from flows.plugins.core.moments import Moment, wire

EndState = Literal["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED"]


class PurgeExecutions(RunnableTask):
    """Removes ended executions with what they left, of the flow's namespace and those below it.

    With `namespace`, that one (and those below, unless a `flowId` is named); another namespace must
    let this one in by its `allowedNamespaces`. With `purgeExecution: false` the executions stay, and
    only their logs, metrics or files go. Logs and metrics never outlive their execution.
    """

    type_name: ClassVar[str] = "core.execution.PurgeExecutions"
    aliases: ClassVar[tuple[str, ...]] = (
        "core.storage.Purge",
        "io.kestra.core.tasks.storages.Purge",
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "executionsCount": "How many executions were purged",
        "logsCount": "How many log lines are gone",
        "metricsCount": "How many metrics are gone",
        "storagesCount": "How many files are gone",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Keep a month",
            """id: keep_a_month
namespace: company.team
tasks:
  - id: purge
    type: core.execution.PurgeExecutions
    endDate: "{{ now() | dateAdd(-30, 'DAYS') }}"
    states: [SUCCESS]
triggers:
  - id: nightly
    type: core.trigger.Schedule
    cron: "0 3 * * *"
""",
        ),
    )

    namespace: Dyn[Text | None] = None
    flow_id: Dyn[Text | None] = None
    start_date: Dyn[Moment | None] = None
    end_date: Dyn[Moment]
    states: Dyn[list[EndState] | None] = None
    purge_execution: Dyn[bool] = True
    purge_log: Dyn[bool] = True
    purge_metric: Dyn[bool] = True
    purge_storage: Dyn[bool] = True

    def run(self, ctx: RunContext) -> Outputs:
        if self.flow_id and not self.namespace:
            raise TaskFailed("'flowId' needs the 'namespace' of the flow beside it")
        total: Counter[str] = Counter()
        facts = self._facts()
        more = True
        while more:
            answer = ctx.request("execution.purge", facts)
            facts["after"] = answer.pop("after")
            more = facts["after"] is not None
            total.update(answer)
        counts = {
            "executionsCount": total["executions"],
            "logsCount": total["logs"],
            "metricsCount": total["metrics"],
            "storagesCount": total["files"],
        }
        for name, count in counts.items():
            ctx.metric(name.removesuffix("Count"), count)
        return counts

    def _facts(self) -> dict[str, object]:
        return {
            "namespace": self.namespace,
            "flow_id": self.flow_id,
            "since": wire(self.start_date),
            "until": wire(self.end_date),
            "states": self.states,
            "execution": self.purge_execution,
            "logs": self.purge_log,
            "metrics": self.purge_metric,
            "files": self.purge_storage,
        }


class PurgeCurrentExecutionFiles(RunnableTask):
    """Deletes the files that the running execution has left in internal storage so far.

    Outputs stay readable; what they name is gone.
    """

    type_name: ClassVar[str] = "core.storage.PurgeCurrentExecutionFiles"
    aliases: ClassVar[tuple[str, ...]] = (
        "core.storage.PurgeExecution",
        "io.kestra.core.tasks.storages.PurgeExecution",
    )
    outputs_schema: ClassVar[Mapping[str, str]] = {"uris": "The files that are gone"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Leave no file behind",
            """id: no_files
namespace: company.team
tasks:
  - id: orders
    type: core.http.Download
    uri: https://example.com/orders.csv
  - id: purge
    type: core.storage.PurgeCurrentExecutionFiles
""",
        ),
    )

    def run(self, ctx: RunContext) -> Outputs:
        return {"uris": ctx.request("file.purge", {})}


class KeyRule(Spec):
    """Which keys go."""

    type: Literal["key"] = "key"
    expired_only: Dyn[bool] = True


class PurgeKV(RunnableTask):
    """Removes keys that have expired, or all keys that match a pattern.

    Of the namespaces that are named, or match a pattern, and those below them; without either, of
    all that the flow's namespace may change.
    """

    type_name: ClassVar[str] = "core.kv.PurgeKV"
    outputs_schema: ClassVar[Mapping[str, str]] = {"size": "How many keys are gone"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Expired keys",
            """id: purge_keys
namespace: company.team
tasks:
  - id: purge
    type: core.kv.PurgeKV
    keyPattern: "session*"
""",
        ),
    )

    namespaces: Dyn[list[Text] | None] = None
    namespace_pattern: Dyn[Text | None] = None
    include_child_namespaces: Dyn[bool] = True
    key_pattern: Dyn[Text | None] = None
    behavior: KeyRule = Field(default_factory=KeyRule)
    expired_only: Annotated[Dyn[bool | None], Deprecated("behavior")] = None

    def run(self, ctx: RunContext) -> Outputs:
        older = self.expired_only
        size: int = ctx.request(
            "kv.purge",
            {
                "namespaces": self.namespaces,
                "namespace_pattern": self.namespace_pattern,
                "below": self.include_child_namespaces,
                "key_pattern": self.key_pattern,
                "expired_only": self.behavior.expired_only if older is None else older,
            },
        )
        ctx.metric("keys.purged", size)
        return {"size": size}


PLUGINS: tuple[type, ...] = (PurgeExecutions, PurgeCurrentExecutionFiles, PurgeKV)
