"""The names that expressions of a flow may use: its tasks, inputs and variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from flows.spec.flow import FlowSpec


@dataclass(frozen=True, slots=True)
class Symbols:
    """Names by kind."""

    tasks: frozenset[str]
    inputs: frozenset[str]
    variables: frozenset[str]
    sets_variables: bool
    """Whether tasks add variables while the flow runs, so that ``variables`` is not all."""

    @classmethod
    def of(cls, flow: FlowSpec) -> Self:
        """The names that a flow declares."""
        tasks = [task for _, task in flow.walk()]
        inner = (
            f"{task.id}_{part}"
            for task in tasks
            if type(task).type_name == "core.flow.ForEachItem"
            for part in ("split", "items", "merge")
        )
        return cls(
            tasks=frozenset((*(task.id for task in tasks), *inner)),
            inputs=frozenset(item.id for item in flow.inputs),
            variables=frozenset(flow.variables),
            sets_variables=any(
                type(task).type_name == "core.execution.SetVariables" for task in tasks
            ),
        )

    def has_input(self, name: str) -> bool:
        """Whether a path names an input, something inside one, or a map that inputs make."""
        steps = name.split(".")
        inside = (".".join(steps[:count]) for count in range(1, len(steps) + 1))
        return any(path in self.inputs for path in inside) or any(
            known.startswith(f"{name}.") for known in self.inputs
        )
