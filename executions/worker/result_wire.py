"""Results and log lines as they travel: written by a remote worker, and checked by the platform.

A result that arrives is taken apart by a closed description of what results can hold: a state that
there is not, a date beyond all years or an asset without a name must not reach the engine, which
would meet it again with every turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from typing import Annotated, Any, Final, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from downbeat.sdk import effects as vocabulary
from downbeat.sdk.effects import Effect
from executions.worker import assets, wire
from executions.worker.wire import BadWire
from executions.worker.work import AttemptKey, AttemptResult, Ending, LogRecord, MetricPoint

LONGEST_TEXT: Final = 1024 * 1024
LONGEST_LINE: Final = 256 * 1024
MOST_LINES: Final = 5_000
MOST_METRICS: Final = 20_000
MOST_CHILDREN: Final = 20_000
MOST_ASSETS: Final = assets.MOST
_EFFECTS: Final[Mapping[str, Any]] = {kind.__name__: kind for kind in get_args(Effect)}
_LAST: Final = 253_402_300_799.0

Moment = Annotated[float, Field(ge=0, le=_LAST, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=1_000)]
State = Literal["SUCCESS", "WARNING", "FAILED", "SKIPPED", "KILLED"]
Kind = Literal["counter", "timer", "gauge"]
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Metric(_Part):
    name: Name
    value: Number
    kind: Kind
    tags: dict[str, str] = {}
    at: Moment


class _ChildMetric(_Part):
    name: Name
    value: Number
    type: Kind
    tags: dict[str, str] = {}
    at: Moment


class _Try(_Part):
    state: State
    startedAt: Moment  # noqa: N815  as the records of a directory spell it
    endedAt: Moment  # noqa: N815


class _Child(_Part):
    id: UUID
    taskId: Name  # noqa: N815
    value: Text | None = None
    state: State
    outputs: dict[str, Any] | None = None
    error: Text | None = None
    reason: Name | None = None
    startedAt: Moment  # noqa: N815
    endedAt: Moment  # noqa: N815
    tries: list[_Try] = []
    metrics: list[_ChildMetric] = []
    parent: UUID | None = None
    dynamic: bool = False


class _Result(_Part):
    ending: Ending
    outputs: dict[str, Any] = {}
    metrics: Annotated[list[_Metric], Field(max_length=MOST_METRICS)] = []
    assets: Annotated[list[dict[str, Any]], Field(max_length=MOST_ASSETS)] = []
    error: Text | None = None
    reason: Annotated[str, Field(max_length=200)] | None = None
    logFile: Annotated[str, Field(max_length=4_000)] | None = None  # noqa: N815
    children: Annotated[list[_Child], Field(max_length=MOST_CHILDREN)] = []
    effects: Annotated[list[dict[str, Any]], Field(max_length=10_000)] = []


class _Cause(_Part):
    key: Annotated[str, Field(max_length=4_000)]
    variables: dict[str, Any] = {}
    inputs: dict[str, Any] = {}


class _Polled(_Part):
    fired: Annotated[list[_Cause], Field(max_length=10_000)] = []
    state: dict[str, Any] | None = None
    more: bool = False


class _Line(_Part):
    run: UUID
    task: Name
    seq: Annotated[int, Field(ge=0, le=2_000_000_000)]
    level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]
    at: Moment
    message: Annotated[str, Field(max_length=LONGEST_LINE)]


_LINES: Final = TypeAdapter(Annotated[list[_Line], Field(max_length=MOST_LINES)])


def result_to_wire(result: AttemptResult) -> dict[str, Any]:
    """A result as it is sent."""
    return {
        "key": wire.key_to_wire(result.key),
        "ending": str(result.ending),
        "outputs": wire.packed(result.outputs),
        "metrics": [{**asdict(point), "tags": dict(point.tags)} for point in result.metrics],
        "assets": wire.packed(result.assets),
        "error": result.error,
        "reason": result.reason,
        "logFile": result.log_file,
        "children": wire.packed(result.children),
        "effects": [_effect_to_wire(effect) for effect in result.effects],
    }


def result_of(found: Any) -> AttemptResult:
    """The result that stands there; raises BadWire with the first thing that is wrong."""
    if not isinstance(found, Mapping):
        raise BadWire("a result is a map")
    read = _read(_Result, {name: wire.unpacked(found[name]) for name in found if name != "key"})
    return AttemptResult(
        key=wire.key_of(found.get("key")),
        ending=read.ending,
        outputs=read.outputs,
        metrics=tuple(
            MetricPoint(wire.without_zero(one.name), one.value, one.kind, one.tags, one.at)
            for one in read.metrics
        ),
        assets=tuple(asset for one in read.assets if (asset := _asset(one)) is not None),
        error=_text(read.error),
        reason=_text(read.reason),
        log_file=_text(read.logFile),
        children=tuple(one.model_dump(mode="json", exclude_unset=True) for one in read.children),
        effects=tuple(_effect_of(one) for one in read.effects),
    )


def polled(result: AttemptResult) -> AttemptResult:
    """The result of a poll, if it holds what polls leave; raises BadWire."""
    try:
        found = _Polled.model_validate(dict(result.outputs))
    except ValidationError as problem:
        raise BadWire(_first(problem)) from None
    return replace(result, outputs=found.model_dump())


def lines_to_wire(records: Iterable[LogRecord]) -> list[dict[str, Any]]:
    """Log lines of one attempt."""
    return [
        {
            "run": str(record.key.task_run_id),
            "task": record.task_id,
            "seq": record.seq,
            "level": record.level,
            "at": record.at,
            "message": record.message,
        }
        for record in records
    ]


def lines_of(key: AttemptKey, found: Any) -> list[LogRecord]:
    """The lines that stand there, of this attempt; raises BadWire."""
    try:
        lines = _LINES.validate_python(found)
    except ValidationError as problem:
        raise BadWire(_first(problem)) from None
    return [
        LogRecord(wire.of_run(key, one.run), one.task, one.seq, one.level, one.at, one.message)
        for one in lines
    ]


def _effect_to_wire(effect: Effect) -> dict[str, Any]:
    values = {item.name: wire.packed(getattr(effect, item.name)) for item in fields(effect)}
    return {"is": type(effect).__name__, "with": values}


def _effect_of(found: Mapping[str, Any]) -> Effect:
    kind = _EFFECTS.get(str(found.get("is")))
    if kind is None:
        raise BadWire(f"there is no effect '{found.get('is')}'")
    values = found.get("with")
    try:
        effect: Effect = TypeAdapter(kind).validate_python(values)
    except ValidationError as problem:
        raise BadWire(_first(problem)) from None
    if isinstance(effect, vocabulary.LogLine):
        return vocabulary.LogLine(effect.level, wire.without_zero(effect.message))
    return effect


def _asset(found: Mapping[str, Any]) -> dict[str, Any] | None:
    declared = found.get("kind") == "declared"
    said = {name: found[name] for name in found if name != "kind"}
    return assets.noted(said, kind="declared" if declared else "observed")


def _read(kind: type[_Result], found: Mapping[str, Any]) -> _Result:
    try:
        return kind.model_validate(found)
    except ValidationError as problem:
        raise BadWire(_first(problem)) from None


def _text(text: str | None) -> str | None:
    return None if text is None else wire.without_zero(text)


def _first(problem: ValidationError) -> str:
    one = problem.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
