"""Why a start or an action on an execution is refused."""

from __future__ import annotations

from downbeat.common.errors import Conflict, FieldError, Invalid, NotFound


class FlowMissing(NotFound):
    """There is no flow {namespace}.{flow_id}, or you may not see it."""

    code = "flow.not_found"

    def __init__(self, *, namespace: str, flow_id: str) -> None:
        super().__init__("flow", namespace=namespace, flow_id=flow_id)


class FlowDisabled(Conflict):
    """The flow {namespace}.{flow_id} is disabled. Enable it, then start it again."""

    code = "flow.disabled"


class InputsInvalid(Invalid):
    """{summary}"""

    code = "inputs.invalid"

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__(errors=errors, summary="; ".join(error.message for error in errors))


class BreakpointInvalid(Invalid):
    """The execution cannot stop before `{task_id}`: {reason}."""

    code = "execution.breakpoint"


class StartBlocked(Invalid):
    """A check of the flow lets nothing start: {reason}"""

    code = "execution.check"


class LabelInvalid(Invalid):
    """The label `{key}` cannot be set: {reason}."""

    code = "label.invalid"


class IdempotencyMismatch(Conflict):
    """The key {key} was used for another request. Send a new key with a new request."""

    code = "idempotency.mismatch"


class MessageTooLarge(Invalid):
    """The inputs have {size} bytes; this server takes at most {limit}."""

    code = "message.too_large"


class ExecutionMissing(NotFound):
    """There is no such execution, or you may not see it."""

    code = "execution.not_found"

    def __init__(self) -> None:
        super().__init__("execution")


class WrongState(Conflict):
    """The execution is {state}; that needs {needed}."""

    code = "execution.state"


class CannotRestart(Invalid):
    """The execution is {state} and has no task run that failed or waits: it cannot be restarted."""

    code = "execution.restart"


class TaskRunMissing(Invalid):
    """The execution has no task run {task_run_id}."""

    code = "execution.task_run"


class CannotReplayThere(Invalid):
    """The execution cannot be replayed from the task run {task_run_id}: its task is not a step of
    the flow's revision."""

    code = "execution.replay"


class RestartTooEarly(Conflict):
    """Tasks that run after the execution are still at work ({tasks}). Wait for their end, then
    restart."""

    code = "execution.restart_too_early"


class ReplayTooEarly(Conflict):
    """The execution still works on {tasks}, of which the replay would need the end. Wait for it,
    or replay from the start."""

    code = "execution.replay_too_early"


class StateFixed(Conflict):
    """The state of the task run {task_run_id} cannot be set: {reason}."""

    code = "execution.state_fixed"


class StateInvalid(Invalid):
    """The state `{state}` cannot be set; use one of {allowed}."""

    code = "execution.state_invalid"


class StillRunning(Conflict):
    """The execution is {state}. Kill it or wait for its end before you delete it."""

    code = "execution.running"


class TriggerMissing(NotFound):
    """There is no such trigger, or you may not see it."""

    code = "trigger.not_found"

    def __init__(self) -> None:
        super().__init__("trigger")


class TriggerUnlocked(Conflict):
    """The trigger waits for nothing: there is no execution to free it from."""

    code = "trigger.unlocked"


class BackfillRefused(Conflict):
    """The backfill is refused: {reason}."""

    code = "trigger.backfill"


class NamespaceBusy(Conflict):
    """In or below namespace `{namespace}` {executions} executions have not ended and {triggers} triggers
    are at work. Wait for their end or kill them, and disable triggers that listen all the time; then
    move it."""

    code = "namespace.busy"


class NamespaceMoved(Conflict):
    """The namespace `{namespace}` moved while this began; nothing was started. Ask for it where it is
    now."""

    code = "namespace.moved"
