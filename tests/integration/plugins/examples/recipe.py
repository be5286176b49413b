"""What an example needs to be run: what is there beforehand, what starts it, how it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.integration.plugins.examples.stage import SPACE, Stage

Flow = tuple[str, str]
Content = str | bytes | Callable[[Stage], str]


@dataclass(frozen=True)
class Recipe:
    """How one example is run. Without a word: it is started, and succeeds."""

    before: Callable[[Stage], object] = lambda _: None
    inputs: Mapping[str, Content] = field(default_factory=dict)
    begin: Callable[[Stage, Flow], list[str]] | None = None
    """Causes the executions, where nobody starts the flow by hand."""
    state: str = "SUCCESS"
    after: Callable[[Stage, Any], object] = lambda _, __: None
    """Looks at what is there afterwards, and at the execution as it is shown."""

    def started(self, stage: Stage, flow: Flow) -> list[str]:
        """The executions, begun."""
        if self.begin is not None:
            return self.begin(stage, flow)
        given = {name: _of(stage, content) for name, content in self.inputs.items()}
        return [stage.start(flow, given)]


def _of(stage: Stage, content: Content) -> str | bytes:
    return content(stage) if callable(content) else content


PLAIN: Final = Recipe()


def upstream(*lines: str, tasks: str = "  - {id: work, type: core.log.Log, message: hello}") -> str:
    """The flow that others wait for."""
    return "\n".join(["id: extract", f"namespace: {SPACE}", *lines, "tasks:", tasks, ""])


def follows(*lines: str, tasks: str | None = None) -> Recipe:
    """The example waits for another flow, which runs."""
    source = upstream(*lines, tasks=tasks) if tasks else upstream(*lines)

    def begin(stage: Stage, flow: Flow) -> list[str]:
        first = stage.deploy(source)
        stage.ended(stage.start(first, {}))
        found = stage.caused(flow)
        stage.remove(first)
        return found

    return Recipe(begin=begin)


def between(trigger: str, begin: str, end: str, times: int = 1) -> Recipe:
    """A schedule goes through past dates, of which so many count."""

    def begins(stage: Stage, flow: Flow) -> list[str]:
        stage.backfill(flow, trigger, begin, end)
        found = stage.caused(flow, times)
        assert len(found) == times
        return found

    return Recipe(begin=begins)


def due(trigger: str, happens: Callable[[Stage], object] = lambda _: None) -> Recipe:
    """Something happens, and the trigger looks."""

    def begins(stage: Stage, flow: Flow) -> list[str]:
        happens(stage)
        stage.make_due(flow, trigger)
        return stage.caused(flow)

    return Recipe(begin=begins)
