"""What authors of plug-ins test their types with: a context in memory, and the rules of every type.

from downbeat.sdk.testing import MemoryContext, check_type, made

def test_my_task(tmp_path):
    check_type(MyTask)
    outputs = made(MyTask, table="orders").run(MemoryContext(tmp_path))
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TypeVar, cast

import yaml
from pydantic import ValidationError

from downbeat.sdk.context import Log, RemoteStage, RunInfo
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.task import RunnableTask, Task
from downbeat.sdk.trigger import Condition, Trigger

T = TypeVar("T", bound=Task | Trigger)
RUN: Final = RunInfo(
    tenant="main",
    namespace="company.team",
    flow_id="flow",
    execution_id="execution",
    task_id="task",
    task_run_id="run",
    attempt=1,
    fence=1,
)
HOSTILE: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    10**30,
    float("inf"),
    "",
    "\x00\x1b[31m\u202e\ufffe",
    "{{ unclosed",
    "x" * 100_000,
    [],
    [[[[]]]],
    {},
    {"a": {"b": [1, None]}},
    ["\ud800"],
)
"""Values that some property of a type will not like; every type must say so in order."""


@dataclass
class MemoryLog:
    """Puts lines with their levels on a list."""

    lines: list[tuple[str, str]]

    def trace(self, message: str) -> None:
        self.lines.append(("TRACE", message))

    def debug(self, message: str) -> None:
        self.lines.append(("DEBUG", message))

    def info(self, message: str) -> None:
        self.lines.append(("INFO", message))

    def warning(self, message: str) -> None:
        self.lines.append(("WARN", message))

    def error(self, message: str) -> None:
        self.lines.append(("ERROR", message))


@dataclass
class MemoryContext:
    """``RunContext`` and ``PollContext`` over a folder and plain dictionaries.

    ``answers`` holds what the platform says, by operation: a value, or a function of the arguments.
    What the type asked, logged, measured and told stands in ``asked``, ``lines``, ``metrics``,
    ``assets`` and ``stages``.
    """

    working_dir: Path
    files: dict[str, bytes] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    metrics: dict[str, float] = field(default_factory=dict)
    run: RunInfo = RUN
    lines: list[tuple[str, str]] = field(default_factory=list)
    log: Log = field(init=False)
    local_folders: tuple[Path, ...] = ()
    remembered: Mapping[str, Any] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    assets: list[Mapping[str, Any]] = field(default_factory=list)
    stages: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = MemoryLog(self.lines)

    def metric(
        self,
        name: str,
        value: float,
        *,
        kind: Literal["counter", "timer", "gauge"] = "counter",
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.metrics[name] = value

    def asset(self, uri: str, *, direction: Literal["input", "output"], **facts: Any) -> None:
        self.assets.append({"uri": uri, "direction": direction, **facts})

    def fetch(self, uri: str) -> Path:
        if uri not in self.files:
            raise TaskFailed(f"There is no file {uri}")
        folder = Path(tempfile.mkdtemp(dir=self.working_dir))
        path = folder / uri.rsplit("/", 1)[-1]
        path.write_bytes(self.files[uri])
        return path

    def save(self, source: Path | bytes | BinaryIO, *, name: str) -> str:
        uri = f"downbeat:///saved/{name}"
        match source:
            case bytes():
                self.files[uri] = source
            case Path():
                self.files[uri] = source.read_bytes()
            case _:
                self.files[uri] = source.read()
        return uri

    def local_path(self, path: str) -> Path:
        try:
            wanted = Path(path.removeprefix("file://")).resolve()
        except ValueError as error:
            raise TaskFailed(f"{path!r} is not a path: {error}") from None
        if any(wanted == folder or folder in wanted.parents for folder in self.local_folders):
            return wanted
        raise TaskFailed(f"The path '{path}' is not among the folders of this context")

    def remember(self, state: Mapping[str, Any]) -> None:
        self.remembered = dict(state)

    def remote(self, stage: RemoteStage, job: str) -> None:
        self.stages.append((stage, job))

    def linger(self, grace: timedelta) -> None:
        """A task in memory is never killed."""

    def request(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append((operation, dict(arguments)))
        if operation not in self.answers and operation == "connection.get":
            return None
        answer = self.answers[operation]
        return answer(arguments) if callable(answer) else answer

    def expression(self, text: str) -> Callable[[Mapping[str, Any]], Any]:
        raise TaskFailed("Expressions over records are judged on a server only")


def made(kind: type[T], **properties: Any) -> T:
    """A task or trigger as it is once its properties are rendered (keys as in a source)."""
    written = {"id": "task", "type": kind.type_name, **properties}
    return cast(T, kind.model_validate(written, context={"rendered": True}))


def check_type(kind: type[Task] | type[Trigger] | type[Condition]) -> None:
    """Raises ``AssertionError`` with every rule of types that this one breaks."""
    if broken := list(findings(kind)):
        raise AssertionError(f"{kind.__name__}:\n- " + "\n- ".join(broken))


def findings(kind: type[Task] | type[Trigger] | type[Condition]) -> Iterator[str]:
    """The rules of types that this one breaks, one sentence each."""
    if not kind.type_name:
        yield "it has no type_name"
    if not (vars(kind).get("__doc__") or "").strip():
        yield "it has no docstring: people read it in the catalogue and the editor"
    yield from _untyped(kind)
    yield from _examples(kind)
    yield from _outputs(kind)
    yield from _unruly(kind)


def _untyped(kind: type[Any]) -> Iterator[str]:
    schema = kind.model_json_schema(by_alias=True)
    for name, found in schema.get("properties", {}).items():
        words = {"type", "$ref", "anyOf", "allOf", "oneOf", "enum", "const", "not"}
        if not words & found.keys() and not _says_any(kind, name):
            yield f"the schema of its property '{name}' does not say what it takes"


def _says_any(kind: type[Any], name: str) -> bool:
    """Whether the property takes anything, and means it."""
    fields = kind.model_fields.values()
    return any(Any in _inside(item.annotation) for item in fields if _key(kind, item) == name)


def _key(kind: type[Any], field_: Any) -> str:
    for name, known in kind.model_fields.items():
        if known is field_:
            return str(known.alias or name)
    return ""


def _inside(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _inside(part)


def _examples(kind: type[Any]) -> Iterator[str]:
    names = {name for one in (kind.type_name, *kind.aliases) for name in (one, _full(one))}
    if not kind.examples and not kind.deprecated:
        yield "it has no example"
    for title, source in kind.examples:
        try:
            found = yaml.safe_load(source)
        except yaml.YAMLError as problem:
            yield f"its example '{title}' is no YAML: {problem}"
            continue
        if not isinstance(found, dict) or not {"id", "namespace", "tasks"} <= found.keys():
            yield f"its example '{title}' is no whole flow (id, namespace, tasks)"
        elif not any(part.get("type") in names for part in _parts(found)):
            yield f"its example '{title}' does not use it"


def _full(name: str) -> str:
    return f"io.kestra.plugin.{name}"


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)


def _outputs(kind: type[Any]) -> Iterator[str]:
    for name, words in getattr(kind, "outputs_schema", {}).items():
        if not str(words).strip():
            yield f"its output '{name}' is not described"


def _unruly(kind: type[Any]) -> Iterator[str]:
    """Values that make the type itself stumble instead of being refused."""
    for name in (item.alias or own for own, item in kind.model_fields.items()):
        for value in HOSTILE:
            try:
                kind.model_validate(
                    {"id": "task", "type": kind.type_name, name: value},
                    context={"rendered": True, "registry": _Nothing()},
                )
            except ValidationError:
                continue
            except Exception as problem:
                shown = json.dumps(value, default=str)[:40]
                yield f"'{name}: {shown}' raises {type(problem).__name__} instead of a refusal"


class _Nothing:
    """A registry without types: what stands inside a type is not the question here."""

    def task(self, type_name: str) -> None:
        return None

    trigger = condition = task

    def near(self, type_name: str) -> tuple[str, ...]:
        return ()


__all__ = [
    "HOSTILE",
    "RUN",
    "MemoryContext",
    "MemoryLog",
    "RunnableTask",
    "check_type",
    "findings",
    "made",
]
