"""Tests a connection, as the platform asks for it."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

from downbeat.sdk.connection import Connection, resolved
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.trigger import PollContext, Polled, PollingTrigger


class Check(PollingTrigger):
    """Reaches the system behind a connection and keeps what it says as the state."""

    type_name: ClassVar[str] = "core.connection.Check"
    internal: ClassVar[bool] = True

    connection: str
    implementation: str
    """The class of the connection, as `module:name`."""

    def poll(self, ctx: PollContext) -> Polled:
        module, _, name = self.implementation.partition(":")
        kind = getattr(import_module(module), name, None)
        if not (isinstance(kind, type) and issubclass(kind, Connection)):
            raise TaskFailed("This worker does not have the plug-in of the connection")
        settings = resolved(ctx, kind(connection=self.connection), kind)
        return Polled(state={"message": settings.check(ctx)})


PLUGINS: tuple[type, ...] = (Check,)
