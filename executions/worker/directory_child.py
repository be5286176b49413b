"""The work of one task inside a shared directory, made from the directory's own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, BinaryIO, Final, cast

from downbeat.sdk.labels import scalar_text
from executions.worker.channel import WorkerChannel
from executions.worker.work import AttemptKey, Work

CHILDREN: Final = "children"
"""Under this key the directory's attempt remembers what each task inside asked to remember."""


def child_work(
    work: Work,
    task: Mapping[str, Any],
    *,
    outputs: Mapping[str, Mapping[str, Any]],
    variables: Mapping[str, Any],
    tries: int,
    left: timedelta | None,
) -> Work:
    """The work of a task inside a directory.

    ``outputs`` are those of the tasks before it, ``variables`` as they left them, ``tries`` how
    often it has ended already, and ``left`` the time that the directory has. Its id is the same in
    every attempt of the directory. It is in the same loops as the directory: so are its values and
    its outputs.
    """
    task_id, type_name = scalar_text(task["id"]), str(task["type"])
    run_id = str(uuid.uuid5(uuid.UUID(work.info.task_run_id), task_id))
    around = dict(work.context.get("taskrun") or {})
    own = {"id": run_id, "attemptsCount": tries, "parentId": work.info.task_run_id}
    context = {
        **work.context,
        "outputs": _with_outputs(work, outputs),
        "vars": dict(variables),
        "task": {"id": task_id, "type": type_name},
        "taskrun": {**around, **own},
        "workerTaskrun": around,
    }
    return replace(
        work,
        kind="task",
        type_name=type_name,
        task=task,
        context=context,
        info=replace(work.info, task_id=task_id, task_run_id=run_id),
        timeout=left,
        log_level=task.get("logLevel") or work.log_level,
        remembered=_remembered(work.remembered).get(task_id) or {},
    )


def _with_outputs(work: Work, fresh: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The outputs that came with the work, and those of this directory in its loops' values."""
    found = dict(work.context.get("outputs") or {})
    for task_id, value in fresh.items():
        found[task_id] = _placed(found.get(task_id), work.path[work.implied :], value)
    return found


def _placed(known: Any, path: Sequence[str], value: Mapping[str, Any]) -> Mapping[str, Any]:
    if not path:
        return value
    tree = dict(known) if isinstance(known, Mapping) else {}
    tree[path[0]] = _placed(tree.get(path[0]), path[1:], value)
    return tree


def _remembered(state: Mapping[str, Any]) -> Mapping[str, Any]:
    found = state.get(CHILDREN)
    return found if isinstance(found, Mapping) else {}


class ChildChannel:
    """The directory's channel as one task inside it uses it.

    What it saves lies in a folder of its own, so that two tasks may save files of the same name,
    and what it remembers stands beside what the others remember.
    """

    def __init__(
        self, channel: WorkerChannel, task_id: str, memory: dict[str, Mapping[str, Any]]
    ) -> None:
        self._channel, self._task_id, self._memory = channel, task_id, memory

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    def save(self, key: AttemptKey, name: str, content: BinaryIO) -> str:
        """Puts a file below the task's own part of the attempt's folder."""
        return self._channel.save(key, f"{self._task_id}/{name.lstrip('/')}", content)

    def remember(self, key: AttemptKey, state: Mapping[str, Any]) -> None:
        """Stores what the next attempt of this task must know, beside what its siblings stored."""
        self._memory[self._task_id] = dict(state)
        self._channel.remember(key, {CHILDREN: self._memory})


def child_channel(
    channel: WorkerChannel, task_id: str, memory: dict[str, Mapping[str, Any]]
) -> WorkerChannel:
    """The channel of one task inside a directory; ``memory`` is shared by all of them."""
    return cast(WorkerChannel, ChildChannel(channel, task_id, memory))


def memory_of(work: Work) -> dict[str, Mapping[str, Any]]:
    """What the tasks inside remembered in earlier attempts of the directory."""
    return dict(_remembered(work.remembered))
