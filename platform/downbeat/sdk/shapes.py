"""How a flowable orders other tasks: the closed set of structures that the engine understands.

A flowable task type describes itself by one of these; the engine knows shapes, never types, so a
plug-in may bring a flowable of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from downbeat.sdk.task import Task


@dataclass(frozen=True, slots=True)
class Sequence:
    """One task after the other; with ``tolerant`` a FAILED child makes the group WARNING.

    ``tells``: the group has ``outputs`` of its own, rendered at its end whatever happened.
    ``breaks``: the group stands for an item and has a condition, judged at its end, that stops the
    loop around it.
    """

    tasks: tuple[Task, ...]
    tolerant: bool = False
    tells: bool = False
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class Concurrent:
    """All tasks at once, at most ``limit`` running (0: no limit)."""

    tasks: tuple[Task, ...]
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """Each task once all that it needs have ended, at most ``limit`` running (0: no limit)."""

    tasks: tuple[Task, ...]
    needs: Mapping[str, tuple[str, ...]]
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One list of tasks, chosen by a property rendered when the group starts.

    ``by='truth'`` picks "true" or "false", ``by='text'`` the case equal to the rendered text, else
    ``default``. No list for the choice: FAILED, unless ``by='truth'`` (an ``If`` without ``else``).
    The group's outputs are ``evaluationResult`` (truth) or ``value`` and ``defaults`` (text).
    """

    field: str
    by: Literal["truth", "text"]
    cases: Mapping[str, tuple[Task, ...]]
    default: tuple[Task, ...] | None = None


@dataclass(frozen=True, slots=True)
class Iteration:
    """The tasks once for each value of a property rendered when the group starts.

    ``limit`` iterations at a time (0: no limit). ``ordered``: the tasks of one iteration run one
    after the other; else all of them at once. ``limit=1`` stops at the first failed iteration.

    ``isolated``: there is one task, a group that stands for an item. Items may be equal, the tasks
    in the group see the outputs of their own item by plain names, and a failed item stops no
    other. Unless it ``transmits``, the loop does not fail with its items.
    """

    field: str
    tasks: tuple[Task, ...]
    limit: int = 1
    ordered: bool = True
    isolated: bool = False
    transmits: bool = True


@dataclass(frozen=True, slots=True)
class Repetition:
    """The tasks again and again until a property, rendered after each round, is true."""

    field: str
    tasks: tuple[Task, ...]
    frequency_field: str = "check_frequency"
    fail_on_max_field: str = "fail_on_max_reached"


@dataclass(frozen=True, slots=True)
class ChildExecution:
    """An execution of another flow; the properties are rendered when the task starts.

    ``resumes``: a restart takes up the child that failed, instead of starting another one.
    """

    resumes: bool = True


@dataclass(frozen=True, slots=True)
class ChildExecutions:
    """An execution of another flow for each batch of a file's items, at most ``limit`` at a time.

    ``source`` is the id of the task before it whose outputs say how many batches there are
    (``numberOfBatches``) and where (``batchesBaseUri``, ``batchesSuffix``): batch *n*, from 1,
    is the file ``{batchesBaseUri}{n}{batchesSuffix}``. The properties are rendered anew for each
    batch. A limit of 0 is none. ``resumes``: a restart takes up the children that failed, instead
    of starting all anew.
    """

    source: str
    limit: int = 0
    resumes: bool = True


@dataclass(frozen=True, slots=True)
class Hold:
    """The execution pauses until it is resumed, or a rendered length of time is over.

    When ``delay_field`` is over the task ends as ``behavior`` says (RESUME: goes on); when
    ``timeout_field`` is over without a delay it is FAILED.
    """

    tasks: tuple[Task, ...] = ()
    delay_field: str = "delay"
    timeout_field: str = "timeout"
    behavior: Literal["RESUME", "WARN", "CANCEL", "FAIL"] = "RESUME"


@dataclass(frozen=True, slots=True)
class Delay:
    """A wait without a process: RUNNING until the rendered length of time is over."""

    field: str = "duration"


@dataclass(frozen=True, slots=True)
class SharedDirectory:
    """The tasks one after the other on one worker, in one working directory."""

    tasks: tuple[Task, ...]


Shape = (
    Sequence
    | Concurrent
    | Graph
    | Choice
    | Iteration
    | Repetition
    | ChildExecution
    | ChildExecutions
    | Hold
    | Delay
    | SharedDirectory
)
