"""What a trigger listens to, read off its conditions: never less than what could let it fire.

The narrower the interest, the fewer changes are judged in vain: a tenant's thousands of triggers
are looked up by the namespace and flow that they name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from downbeat.sdk.trigger import Condition
from flows.plugins.core.conditions import ExecutionFlow, ExecutionNamespace, MultipleCondition, Or
from flows.plugins.core.triggers import Flow, Where


@dataclass(frozen=True, slots=True)
class Interest:
    """Executions of a flow, of a namespace, of namespaces that begin so; '' is any."""

    namespace: str = ""
    flow_id: str = ""
    prefix: str = ""

    @property
    def width(self) -> int:
        """How much it lets through, for comparison: 0 is one flow."""
        return 3 * (not self.flow_id) + 2 * (not self.namespace) - bool(self.prefix)


ALL: Final = Interest()


def interests(trigger: Flow) -> tuple[Interest, ...]:
    """Everything that a Flow trigger must be told of."""
    joint = [item for part in _joint(trigger) for item in part]
    alone = [of_condition(item) for item in trigger.conditions if not _joins(item)]
    if joint:
        return _distinct(joint)
    narrowest: tuple[Interest, ...] = min(alone, key=_width) if alone else (ALL,)
    return _distinct(narrowest)


def _joint(trigger: Flow) -> Iterable[Sequence[Interest]]:
    if (wanted := trigger.joint()) is not None:
        yield [Interest(item.namespace, item.flow_id or "") for item in wanted.flows]
        yield [_of_where(item) for item in wanted.where]
    for condition in trigger.conditions:
        if _joins(condition):
            yield of_condition(condition)


def of_condition(condition: Condition) -> tuple[Interest, ...]:
    """The executions that may meet a condition."""
    match condition:
        case ExecutionFlow():
            return (Interest(condition.namespace, condition.flow_id),)
        case ExecutionNamespace():
            return (_of_namespace(condition),)
        case Or():
            return _distinct(found for item in condition.conditions for found in of_condition(item))
        case MultipleCondition():
            parts = condition.conditions.values()
            return _distinct(found for item in parts for found in of_condition(item))
        case _:
            return (ALL,)


def _of_namespace(condition: ExecutionNamespace) -> Interest:
    match condition.comparison or ("PREFIX" if condition.prefix else "EQUALS"):
        case "EQUALS":
            return Interest(namespace=condition.namespace)
        case "PREFIX":
            return Interest(prefix=condition.namespace)
        case _:
            return ALL


def _of_where(where: Where) -> Interest:
    if where.operand == "OR":
        return ALL
    known = {(item.field, item.type): item.value or "" for item in where.filters}
    return Interest(
        namespace=known.get(("NAMESPACE", "EQUAL_TO"), ""),
        flow_id=known.get(("FLOW_ID", "EQUAL_TO"), ""),
        prefix=known.get(("NAMESPACE", "STARTS_WITH"), ""),
    )


def _joins(condition: Condition) -> bool:
    return isinstance(condition, MultipleCondition)


def _width(found: tuple[Interest, ...]) -> int:
    return max(item.width for item in found)


def _distinct(found: Iterable[Interest]) -> tuple[Interest, ...]:
    unique = tuple(dict.fromkeys(found))
    return (ALL,) if ALL in unique else unique
