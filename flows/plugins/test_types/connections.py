"""A kind of connection, and what uses it: to see from inside what a task gets."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from typing import ClassVar

from downbeat.sdk.connection import Connection, need, resolved
from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.task import Outputs, RunnableTask
from downbeat.sdk.trigger import Fired, PollContext, Polled, PollingTrigger

SLOWLY = 1.5
"""Seconds: longer than several heartbeats of a test's worker."""


class SystemConnection(Connection):
    """A system that is nowhere."""

    connection_type: ClassVar[str] = "test.system"
    secret_values: ClassVar[frozenset[str]] = frozenset({"api_token", "key_file"})
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "host": ("TEST_SYSTEM_HOST",),
        "api_token": ("TEST_SYSTEM_TOKEN",),
    }

    host: Dyn[Text | None] = None
    port: Dyn[int | None] = None
    user: Dyn[Text | None] = None
    api_token: Dyn[Text | None] = None
    key_file: Dyn[Text | None] = None

    def check(self, ctx: RunContext) -> str:
        ctx.log.info(f"The token is {self.api_token}")
        need(ctx, self, "host")
        if self.host == "refused":
            raise TaskFailed(f"The system refuses the token {self.api_token}")
        if self.host == "slow":
            threading.Event().wait(SLOWLY)
        return f"{self.host} answers {self.user}"


class Connect(SystemConnection, RunnableTask):
    """Shows what it would connect with, its token in the log, on both streams and in an output."""

    type_name: ClassVar[str] = "test.connections.Connect"

    def run(self, ctx: RunContext) -> Outputs:
        settings = resolved(ctx, self, SystemConnection)
        need(ctx, settings, "host", "api_token")
        ctx.log.info(f"log {settings.api_token}")
        sys.stdout.write(f"stdout {settings.api_token}\n")
        return {
            "host": settings.host,
            "port": settings.port,
            "user": settings.user,
            "said": f"token {settings.api_token}",
            "length": len(settings.api_token or ""),
        }


class Watch(SystemConnection, PollingTrigger):
    """Fires once, and shows what it would connect with."""

    type_name: ClassVar[str] = "test.connections.Watch"

    def poll(self, ctx: PollContext) -> Polled:
        settings = resolved(ctx, self, SystemConnection)
        found = {"host": settings.host, "said": f"token {settings.api_token}"}
        return Polled(fired=(Fired(key="once", variables=found),))
