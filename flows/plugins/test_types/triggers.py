"""A trigger that never fires, known by two names."""

from __future__ import annotations

from typing import ClassVar

from downbeat.sdk.trigger import PollContext, Polled, PollingTrigger


class TriggerWithAlias(PollingTrigger):
    """Never fires."""

    type_name: ClassVar[str] = "io.kestra.core.runners.test.TriggerWithAlias"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.runners.test.trigger.Alias",)

    def poll(self, ctx: PollContext) -> Polled:
        return Polled()
