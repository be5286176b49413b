"""Renders a task where its secrets may be known: in the worker, just before it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar, cast

from downbeat.sdk.fields import truth
from downbeat.sdk.sealed import opened
from downbeat.sdk.task import StandInTask, Task
from downbeat.sdk.trigger import Trigger
from executions.worker.chance import ClockAndChance
from executions.worker.channel import WorkerChannel
from executions.worker.masking import Masker
from executions.worker.work import AttemptKey, Work
from flows.spec.expressions import ExpressionError, compile_template
from flows.spec.registry import Registry, load_registry
from flows.spec.render import RenderError, render_task, render_trigger
from flows.spec.written_task import written_task

Part = TypeVar("Part", Task, Trigger)
_LARGEST_TEXT = 8 * 1024 * 1024


@lru_cache(maxsize=2)
def registry(test_types: bool) -> Registry:
    """The types of this installation."""
    return load_registry(test_types=test_types)


class LazyOutputs(Mapping[str, Any]):
    """Outputs of earlier tasks: those that came with the work, the others asked for when named.

    Sealed texts in them are opened, and hidden from then on in the log; without a masker they stay
    sealed.
    """

    def __init__(
        self,
        channel: WorkerChannel,
        key: AttemptKey,
        given: Mapping[str, Any],
        masker: Masker | None = None,
    ) -> None:
        self._channel, self._key, self._masker = channel, key, masker
        self._known: dict[str, Any] = {task: given[task] for task in given}
        self._opened: dict[str, Any] = {}

    def __getitem__(self, task_id: str) -> Any:
        if task_id not in self._known:
            self._known.update(self._channel.outputs(self._key, (task_id,)))
        if self._masker is None:
            return self._known[task_id]
        if task_id not in self._opened:
            self._opened[task_id] = opened(self._known[task_id], self._open)
        return self._opened[task_id]

    def _open(self, token: str) -> str | None:
        if self._masker is None:
            return None
        try:
            text = self._channel.request(self._key, "secret.open", {"token": token})
        except ValueError as problem:
            raise ExpressionError(str(problem)) from None
        if text is None:
            return None
        self._masker.learn((str(text),), in_values=False)
        return str(text)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@dataclass(slots=True)
class ChannelServices(ClockAndChance):
    """What expressions may ask of the world, answered by the platform; secrets become known."""

    channel: WorkerChannel
    key: AttemptKey
    masker: Masker
    secrets: dict[tuple[str, str | None], str] = field(default_factory=dict)

    def secret(self, name: str, namespace: str | None) -> str:
        place = (name.upper(), namespace)
        if place not in self.secrets:
            try:
                value = self.channel.secret(self.key, name, namespace)
            except LookupError:
                raise ExpressionError(f"There is no secret `{name}`") from None
            self.masker.learn((value,))
            self.secrets[place] = value
        return self.secrets[place]

    def kv(self, key: str, namespace: str | None, error_on_missing: bool) -> Any:
        try:
            return self.channel.kv(self.key, namespace, key)
        except LookupError:
            if error_on_missing:
                raise ExpressionError(f"There is no key `{key}`") from None
            return None

    def read_file(self, path_or_uri: str) -> str:
        try:
            with self.channel.read(self.key, path_or_uri) as stream:
                content = stream.read(_LARGEST_TEXT + 1)
        except FileNotFoundError:
            raise ExpressionError(f"There is no file `{path_or_uri}`") from None
        if len(content) > _LARGEST_TEXT:
            raise ExpressionError(f"`{path_or_uri}` is larger than {_LARGEST_TEXT} bytes")
        return content.decode("utf-8", "replace")

    def file_uri(self, path: str) -> str:
        return str(self._asked("file.uri", {"path": path}))

    def file_size(self, uri: str) -> int:
        return int(self._asked("file.size", {"uri": uri}))

    def file_exists(self, uri: str) -> bool:
        return bool(self._asked("file.exists", {"uri": uri}))

    def error_logs(self) -> list[Any]:
        return list(self._asked("execution.error_logs", {}))

    def encrypt(self, key: str, text: str) -> str:
        return str(self._asked("text.encrypt", {"key": key, "text": text}))

    def decrypt(self, key: str, text: str) -> str:
        plain = str(self._asked("text.decrypt", {"key": key, "text": text}))
        self.masker.learn((plain,))
        return plain

    def _asked(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self.channel.request(self.key, operation, arguments)
        except (LookupError, OSError, ValueError) as problem:
            raise ExpressionError(str(problem)) from None


@dataclass(slots=True)
class TaskRenderer:
    """Turns the properties of work into a spec with every value in place."""

    channel: WorkerChannel
    test_types: bool = False

    @property
    def known(self) -> Registry:
        """The types that this worker can run."""
        return registry(self.test_types)

    def spec(self, work: Work, masker: Masker, additions: Mapping[str, Any]) -> Task | Trigger:
        """The rendered task or trigger; raises ``RenderError``."""
        services = ChannelServices(self.channel, work.key, masker)
        context = self.context(work, masker, additions)
        try:
            if work.kind == "poll":
                return render_trigger(self._trigger(work), context, services)
            task = self._task(work)
            return task if work.rendered else render_task(task, context, services)
        except (RenderError, ExpressionError, ValueError) as problem:
            raise RenderError("", masker.text(str(problem))) from None

    def wants_to_run(self, work: Work, condition: str | bool, masker: Masker) -> bool:
        """Whether a ``runIf`` holds."""
        if isinstance(condition, bool):
            return condition
        services = ChannelServices(self.channel, work.key, masker)
        try:
            text = compile_template(condition).render(
                self.context(work, masker, {}), services=services
            )
        except ExpressionError as problem:
            raise RenderError("runIf", masker.text(str(problem))) from None
        return truth(text)

    def context(self, work: Work, masker: Masker, additions: Mapping[str, Any]) -> dict[str, Any]:
        """What the expressions of this attempt see."""
        given = work.context.get("outputs") or {}
        return {
            **work.context,
            "outputs": LazyOutputs(self.channel, work.key, given, masker),
            **additions,
        }

    def stood_for(self, work: Work, masker: Masker, additions: Mapping[str, Any]) -> Work:
        """The work of the task that a stand-in writes; raises ``RenderError``.

        The written task is not rendered again: what it says is what it does.
        """
        spec = cast(StandInTask, self.spec(work, masker, additions))
        try:
            written = written_task(spec.definition(), work.info.task_id, self.known)
        except RenderError as problem:
            raise RenderError(problem.field, masker.text(problem.message)) from None
        return replace(
            work,
            type_name=written.type,
            task={"taskCache": work.task.get("taskCache"), **written.raw},
            timeout=min(filter(None, (work.timeout, spec.timeout)), default=None),
            log_level=work.log_level or written.log_level,
            rendered=True,
        )

    def _task(self, work: Work) -> Task:
        found = self.known.task(work.type_name)
        if found is None:
            raise RenderError("type", f"this worker has no task type '{work.type_name}'")
        return _validated(found, work, self.known)

    def _trigger(self, work: Work) -> Trigger:
        found = self.known.trigger(work.type_name)
        if found is None:
            raise RenderError("type", f"this worker has no trigger type '{work.type_name}'")
        return _validated(found, work, self.known)


def _validated(kind: type[Part], work: Work, known: Registry) -> Part:
    context = {"registry": known, "rendered": work.rendered}
    spec = kind.model_validate(dict(work.task), context=context, by_alias=True, by_name=False)
    spec._raw = work.task
    return spec
