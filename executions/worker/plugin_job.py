"""Runs a task of a plug-in, or polls a trigger, in a child that has the plug-in imported."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from downbeat.sdk.records import record_expressions
from downbeat.sdk.task import Task
from downbeat.sdk.trigger import Trigger
from executions.worker.record_context import record_context
from executions.worker.session import Session
from executions.worker.supervision import Ended
from executions.worker.work import AttemptResult, Ending


@dataclass(slots=True)
class PluginJob:
    """One run of a spec's own code."""

    session: Session
    spec: Task | Trigger

    def run(self) -> AttemptResult:
        """The result of the task or poll."""
        return self._result(self.session.supervise(self._job()))

    def _job(self) -> dict[str, Any]:
        session, work = self.session, self.session.work
        return {
            "mode": "poll" if work.kind == "poll" else "task",
            "workdir": str(session.folder),
            "env": session.environment(),
            "type": work.type_name,
            "class": f"{type(self.spec).__module__}:{type(self.spec).__qualname__}",
            "spec": self.spec.model_dump(mode="json", by_alias=True, exclude_unset=True),
            "run": asdict(work.info),
            "remembered": dict(work.remembered),
            "state": dict(work.remembered),
            "record_context": record_context(record_expressions(self.spec), work, session.channel),
            "local_paths": session.settings.folders_of(work.info.namespace),
        }

    def _result(self, ended: Ended) -> AttemptResult:
        session = self.session
        if ended.stop is not None:
            return session.stopped(ended.stop)
        if ended.message is None:
            return session.failed("exit", _vanished(ended.code))
        message = ended.message
        outputs = message.get("outputs")
        if isinstance(outputs, dict):
            session.outputs.update(outputs)
        error = message.get("error")
        match message.get("ending"):
            case "SUCCESS":
                return session.result(Ending.SUCCESS)
            case "WARNING":
                session.book.say("WARN", str(error))
                return session.result(Ending.WARNING, error=str(error))
            case _:
                return session.failed("task", str(error or "The task failed"))


def _vanished(code: int | None) -> str:
    if code is None:
        return "The task process ended and nobody saw how"
    if code < 0:
        hint = " (was there enough memory?)" if code == -9 else ""
        return f"The task process was killed by signal {-code}{hint}"
    return f"The task process ended with exit code {code} and without a result"
