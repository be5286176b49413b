"""Tasks on states: maps that a flow keeps from one execution to the next (older than the KV store)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from downbeat.sdk.context import InlineContext
from downbeat.sdk.effects import StateDelete, StateMerge
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import InlineResult, InlineTask

_LARGEST = 1 << 20


class _State(InlineTask):
    """What names a state: its name, and whose it is.

    It belongs to the flow, or with `namespace: true` to all flows of the namespace; inside a loop
    to each value of its own, unless `taskrunValue` is false.
    """

    name: Dyn[Text] = "default"
    namespace: Dyn[bool] = False
    taskrun_value: Dyn[bool] = True

    def key(self, ctx: InlineContext) -> str:
        """The key that stands for the state: short, whatever the names and values are."""
        flow = None if self.namespace else ctx.run.flow_id
        value = ctx.run.value if self.taskrun_value else None
        whole = json.dumps([flow, self.name, value], ensure_ascii=False)
        return hashlib.sha256(whole.encode()).hexdigest()

    def about(self, ctx: InlineContext) -> str:
        """What the state is, in words."""
        whose = "the namespace" if self.namespace else f"flow {ctx.run.flow_id}"
        value = ctx.run.value if self.taskrun_value else None
        inside = f", value {value}" if value is not None else ""
        return f"State {self.name} of {whose}{inside}"[:500]


class Set(_State):
    """Puts values over those of a state; what `data` does not name stays as it is."""

    type_name: ClassVar[str] = "core.state.Set"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.states.Set",)
    deprecated: ClassVar[str | None] = "core.kv.Set"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "count": "How many values the state holds now",
        "key": "The name of the state",
        "data": "The whole state",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Remember how far the last execution came",
            """id: how_far
namespace: company.team
tasks:
  - id: before
    type: core.state.Get
  - id: remember
    type: core.state.Set
    data:
      last: "{{ execution.startDate }}"
""",
        ),
    )

    data: Dyn[dict[str, Any] | None] = None

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        key, data = self.key(ctx), dict(self.data or {})
        if len(json.dumps(data, default=str)) > _LARGEST:
            raise TaskFailed(f"'data' is larger than {_LARGEST} bytes; put it into a file instead")
        whole = {**(ctx.state_get(key) or {}), **data}
        return InlineResult(
            outputs={"count": len(whole), "key": self.name, "data": whole},
            effects=(StateMerge(key, data, about=self.about(ctx)),),
        )


class Get(_State):
    """Reads a state."""

    type_name: ClassVar[str] = "core.state.Get"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.states.Get",)
    deprecated: ClassVar[str | None] = "core.kv.Get"
    outputs_schema: ClassVar[Mapping[str, str]] = {
        "count": "How many values the state holds",
        "key": "The name of the state",
        "data": "The whole state; empty if there is none",
    }
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "What the last execution left",
            """id: what_was
namespace: company.team
tasks:
  - id: before
    type: core.state.Get
    name: progress
  - id: show
    type: core.log.Log
    message: "{{ outputs.before.data }}"
""",
        ),
    )

    error_on_missing: Dyn[bool] = False

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        found = ctx.state_get(self.key(ctx))
        if found is None and self.error_on_missing:
            raise TaskFailed(f"There is no state '{self.name}'")
        data = dict(found or {})
        return InlineResult(outputs={"count": len(data), "key": self.name, "data": data})


class Delete(_State):
    """Removes a state."""

    type_name: ClassVar[str] = "core.state.Delete"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.tasks.states.Delete",)
    deprecated: ClassVar[str | None] = "core.kv.Delete"
    outputs_schema: ClassVar[Mapping[str, str]] = {"deleted": "Whether the state existed"}
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Begin anew",
            """id: anew
namespace: company.team
tasks:
  - id: forget
    type: core.state.Delete
    name: progress
""",
        ),
    )

    error_on_missing: Dyn[bool] = False

    def run_inline(self, ctx: InlineContext) -> InlineResult:
        key = self.key(ctx)
        exists = ctx.state_get(key) is not None
        if not exists and self.error_on_missing:
            raise TaskFailed(f"There is no state '{self.name}'")
        return InlineResult(
            outputs={"deleted": exists}, effects=(StateDelete(key),) if exists else ()
        )


PLUGINS: tuple[type, ...] = (Set, Get, Delete)
