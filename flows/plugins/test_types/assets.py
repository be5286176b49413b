"""A task that says which data it reads and writes."""

from __future__ import annotations

from typing import Any, ClassVar

from downbeat.sdk.context import RunContext
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask


class Touch(RunnableTask):
    """Names assets: those in `reads` as inputs, each of `writes` as an output with its facts."""

    type_name: ClassVar[str] = "io.downbeat.test.Touch"

    reads: Dyn[tuple[Text, ...]] = ()
    writes: Dyn[dict[str, dict[str, Any]]] = {}

    def run(self, ctx: RunContext) -> Outputs:
        for uri in self.reads:
            ctx.asset(uri, direction="input")
        for uri, facts in self.writes.items():
            ctx.asset(uri, direction="output", **facts)
        return {}
