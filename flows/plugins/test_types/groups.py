"""Groups that fail in a known way, and groups that show where plug-in defaults arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field

from downbeat.sdk.anytask import Tasks
from downbeat.sdk.fields import Dyn, Text
from downbeat.sdk.shapes import Repetition, Sequence, Shape
from downbeat.sdk.task import FlowableTask
from flows.plugins.core.subflows import Subflow


class BadSequential(FlowableTask):
    """Runs its tasks, then cannot say whether it is done: its condition names nothing that exists."""

    type_name: ClassVar[str] = "io.kestra.core.tasks.test.BadSequential"

    tasks: Tasks
    broken: Dyn[Text] = "{{ nothing.of.that.name }}"
    check_frequency: None = None
    fail_on_max_reached: bool = True

    def shape(self) -> Shape:
        return Repetition(field="broken", tasks=self.tasks)


class BadExecutable(Subflow):
    """A child execution whose end cannot be turned into outputs."""

    type_name: ClassVar[str] = "io.kestra.core.tasks.test.BadExecutable"
    aliases: ClassVar[tuple[str, ...]] = ()

    outputs: dict[str, Any] | None = Field(
        default_factory=lambda: {"broken": "{{ nothing.of.that.name }}"}
    )


class _DefaultSequential(FlowableTask):
    """A Sequential with a text that is also its output."""

    tasks: Tasks
    def_: Text | None = Field(default=None, alias="def")

    def shape(self) -> Shape:
        return Sequence(self.tasks)

    def group_outputs(self) -> Mapping[str, Any]:
        """The outputs of the group, known before it runs."""
        return {"def": self.def_}


class DefaultSequential1(_DefaultSequential):
    """A Sequential with a text that is also its output."""

    type_name: ClassVar[str] = "io.kestra.core.runners.PluginDefaultsCaseTest$DefaultSequential1"


class DefaultSequential2(_DefaultSequential):
    """A Sequential with a text that is also its output."""

    type_name: ClassVar[str] = "io.kestra.core.runners.PluginDefaultsCaseTest$DefaultSequential2"


class DefaultSequential3(_DefaultSequential):
    """A Sequential with a text that is also its output."""

    type_name: ClassVar[str] = "io.kestra.core.runners.PluginDefaultsCaseTest$DefaultSequential3"
