"""Effects of quick tasks that ran as attempts: they travel with the result, as plain data.

They are applied in the turn that takes note of the result, once, as those of a task that ran in
the turn itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final, get_args

from downbeat.sdk import effects as vocabulary
from downbeat.sdk.effects import Effect
from executions.engine.events import Event
from executions.engine.state import Run
from executions.runtime import effects

if TYPE_CHECKING:
    from executions.runtime.inline import Hands

_KINDS: Final[Mapping[str, Any]] = {kind.__name__: kind for kind in get_args(vocabulary.Effect)}


def written(carried: Iterable[Effect]) -> list[dict[str, Any]]:
    """Effects as they stand in a message."""
    return [{"is": type(effect).__name__, **asdict(effect)} for effect in carried]


def read(records: Iterable[Mapping[str, Any]]) -> list[Effect]:
    """Effects as they were written."""
    found: list[Effect] = []
    for record in records:
        kind = _KINDS[record["is"]]
        values = {item.name: record[item.name] for item in fields(kind) if item.name in record}
        found.append(kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}))
    return found


def apply_all(hands: Hands, run: Run, records: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Makes the effects happen; what they ask of the execution is to follow the end of the try."""
    hands.asked = []
    for effect in read(records):
        effects.apply(hands, run, effect)
    return hands.asked
