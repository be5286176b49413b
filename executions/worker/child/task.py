"""Runs a task or polls a trigger of a plug-in, in a process that has its class imported already."""

from __future__ import annotations

import contextlib
import importlib
import sys
import traceback
from typing import Any

from downbeat.sdk import remote
from downbeat.sdk.errors import TaskFailed, TaskWarning
from downbeat.sdk.task import RunnableTask
from downbeat.sdk.trigger import Polled, PollingTrigger
from executions.worker.child.context import WireContext
from executions.worker.child.script import open_streams
from executions.worker.child.wire import Gone, Wire

Runs = type[RunnableTask] | type[PollingTrigger]


def run(job: dict[str, Any], wire: Wire) -> int:
    """Zero when the task succeeded; the outcome itself goes over the wire."""
    open_streams()
    context = WireContext(job, wire)
    try:
        end = _poll(job, context) if job["mode"] == "poll" else _run(job, context)
    except TaskWarning as warning:
        end = {
            "ending": "WARNING",
            "outputs": warning.outputs or {},
            "error": str(warning),
        }
    except TaskFailed as failure:
        end = {
            "ending": "FAILED",
            "error": _sentence(failure),
            "outputs": _left(failure),
        }
    except BaseException as error:
        traceback.print_exc(file=sys.stderr)
        end = {"ending": "FAILED", "error": f"{type(error).__name__}: {error}"}
    if end["ending"] == "FAILED":
        _forget_jobs(context)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    code = 1 if end["ending"] == "FAILED" else 0
    wire.send({"t": "end", "code": code, **end})
    return code


def _forget_jobs(context: WireContext) -> None:
    """A retry is to do the work again, not to take over a job of the attempt that failed."""
    with contextlib.suppress(TaskFailed, Gone):
        remote.failed(context)


def _sentence(failure: TaskFailed) -> str:
    return str(failure) or type(failure).__name__


def _left(failure: TaskFailed) -> dict[str, Any]:
    """Outputs that a failing task publishes nevertheless."""
    return dict(getattr(failure, "outputs", None) or {})


def _run(job: dict[str, Any], context: WireContext) -> dict[str, Any]:
    found = _class_of(job["class"])
    if not issubclass(found, RunnableTask):
        raise TaskFailed(f"'{job['type']}' is not a task that a process can run")
    outputs = found.model_validate(job["spec"], context=_rendered()).run(context)
    return {"ending": "SUCCESS", "outputs": dict(outputs or {})}


def _poll(job: dict[str, Any], context: WireContext) -> dict[str, Any]:
    found = _class_of(job["class"])
    if not issubclass(found, PollingTrigger):
        raise TaskFailed(f"'{job['type']}' is not a trigger that can be polled")
    polled = found.model_validate(job["spec"], context=_rendered()).poll(context)
    return {"ending": "SUCCESS", "outputs": _polled(polled)}


def _class_of(name: str) -> Runs:
    """The class that the worker's registry found for the type, imported by its place."""
    module, _, path = name.partition(":")
    found: Any = importlib.import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


class _NoTypes:
    """Nothing inside a spec that runs in a process is looked up by its type."""

    def task(self, type_name: str) -> None:
        return None

    trigger = condition = task

    def near(self, type_name: str) -> tuple[str, ...]:
        return ()


def _rendered() -> dict[str, Any]:
    return {"rendered": True, "registry": _NoTypes()}


def _polled(found: Polled) -> dict[str, Any]:
    return {
        "fired": [
            {
                "key": one.key,
                "variables": dict(one.variables),
                "inputs": dict(one.inputs),
            }
            for one in found.fired
        ],
        "state": None if found.state is None else dict(found.state),
        "more": found.more,
    }
