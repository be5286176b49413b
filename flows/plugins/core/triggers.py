"""Core triggers: a schedule, dates, a webhook, the end of another flow."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, LiteralString

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from downbeat.sdk.anytask import Conditions
from downbeat.sdk.fields import Deprecated, Duration, Spec, Spelled, Text
from downbeat.sdk.labels import Labels
from downbeat.sdk.times import ClockTime, Instant, TimeZone
from downbeat.sdk.trigger import State, Trigger

Recover = Literal["ALL", "LAST", "NONE"]
TERMINAL: tuple[State, ...] = (
    "SUCCESS",
    "WARNING",
    "FAILED",
    "KILLED",
    "CANCELLED",
    "RETRIED",
    "SKIPPED",
)


class Schedule(Trigger):
    """Starts an execution at each date of a cron expression.

    ``trigger.date``, ``trigger.next`` and ``trigger.previous`` are dates in the time zone.
    """

    type_name: ClassVar[str] = "core.trigger.Schedule"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.models.triggers.types.Schedule",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Every night",
            """id: nightly
namespace: company.team
tasks:
  - id: work
    type: core.log.Log
    message: "{{ trigger.date }}"
triggers:
  - id: night
    type: core.trigger.Schedule
    cron: "0 2 * * *"
    timezone: Europe/Paris
""",
        ),
    )

    cron: str
    with_seconds: bool = False
    timezone: TimeZone | None = None
    late_maximum_delay: Duration | None = None
    recover_missed_schedules: Recover | None = None
    schedule_conditions: Annotated[Conditions, Deprecated("conditions")] = ()
    backfill: Annotated[Any, Deprecated("a backfill started by the API")] = None

    @model_validator(mode="after")
    def _no_multiple(self) -> Schedule:
        _refuse_multiple(self, "schedule.multiple", "Schedule")
        return self


class ScheduleOnDates(Trigger):
    """Starts an execution at each of the dates listed."""

    type_name: ClassVar[str] = "core.trigger.ScheduleOnDates"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "On days that no rule gives",
            """id: on_dates
namespace: company.team
tasks:
  - id: work
    type: core.log.Log
    message: Today
triggers:
  - id: dates
    type: core.trigger.ScheduleOnDates
    dates: ["2027-01-04T08:00:00Z", "2027-04-06T08:00:00Z"]
""",
        ),
    )
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.models.triggers.types.ScheduleOnDates",)

    dates: Annotated[tuple[Instant, ...], Field(min_length=1)]
    timezone: TimeZone | None = None
    recover_missed_schedules: Recover | None = None

    @model_validator(mode="after")
    def _no_multiple(self) -> ScheduleOnDates:
        _refuse_multiple(self, "schedule.multiple", "ScheduleOnDates")
        return self


class Webhook(Trigger):
    """Starts an execution when its address is called; the key in the address is the credential.

    ``trigger.body``, ``trigger.headers``, ``trigger.parameters`` and ``trigger.path`` hold the
    request. With ``wait`` the answer comes when the execution has ended, with ``returnOutputs`` it
    is the flow's outputs; an execution that fails is then answered with status 424.
    """

    type_name: ClassVar[str] = "core.trigger.Webhook"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.models.triggers.types.Webhook",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Start by a call",
            """id: hook
namespace: company.team
tasks:
  - id: show
    type: core.log.Log
    message: "{{ trigger.body }}"
triggers:
  - id: call
    type: core.trigger.Webhook
    key: "{{ secret('HOOK_KEY') }}"
""",
        ),
    )

    key: Annotated[str, Field(min_length=1, max_length=256), Spelled()]
    wait: bool = False
    return_outputs: bool = False
    response_content_type: Literal["application/json", "text/plain"] | None = None
    response_code: Annotated[int, Field(ge=200, le=599)] | None = None

    @model_validator(mode="after")
    def _no_multiple(self) -> Webhook:
        _refuse_multiple(self, "webhook.multiple", "Webhook")
        return self


def _refuse_multiple(trigger: Trigger, code: LiteralString, name: str) -> None:
    """Only the ends of other executions can be gathered in a window."""
    for condition in trigger.conditions:
        if type(condition).type_name == "core.condition.MultipleCondition":
            raise PydanticCustomError(code, "A {name} takes no MultipleCondition", {"name": name})


_WINDOW_KEYS: dict[str, frozenset[str]] = {
    "DURATION_WINDOW": frozenset({"window", "window_advance"}),
    "SLIDING_WINDOW": frozenset({"window"}),
    "DAILY_TIME_DEADLINE": frozenset({"deadline"}),
    "DAILY_TIME_WINDOW": frozenset({"start_time", "end_time"}),
}
_WINDOW_NEEDS: dict[str, tuple[str, ...]] = {
    "DAILY_TIME_DEADLINE": ("deadline",),
    "DAILY_TIME_WINDOW": ("start_time", "end_time"),
}


class TimeWindow(Spec):
    """Within which span of time all conditions must be met."""

    type: Literal[
        "DURATION_WINDOW", "SLIDING_WINDOW", "DAILY_TIME_DEADLINE", "DAILY_TIME_WINDOW"
    ] = "DURATION_WINDOW"
    window: Duration | None = None
    window_advance: Duration | None = None
    deadline: ClockTime | None = None
    start_time: ClockTime | None = None
    end_time: ClockTime | None = None

    @model_validator(mode="after")
    def _own_keys(self) -> TimeWindow:
        allowed = _WINDOW_KEYS[self.type]
        fields = type(self).model_fields
        for name in ("window", "window_advance", "deadline", "start_time", "end_time"):
            if getattr(self, name) is not None and name not in allowed:
                raise PydanticCustomError(
                    "time_window.foreign",
                    "Time window of type '{kind}' cannot have '{key}'",
                    {"kind": self.type, "key": fields[name].alias or name},
                )
        for name in _WINDOW_NEEDS.get(self.type, ()):
            if getattr(self, name) is None:
                raise PydanticCustomError(
                    "time_window.missing",
                    "Time window of type '{kind}' needs '{key}'",
                    {"kind": self.type, "key": fields[name].alias or name},
                )
        return self


class UpstreamFlow(Spec):
    """A flow whose execution must end in one of the states."""

    namespace: str
    flow_id: str | None = None
    states: tuple[State, ...] = ("SUCCESS", "WARNING")
    labels: Labels = ()


class Filter(Spec):
    """A test of one field of the upstream execution."""

    field: Literal["FLOW_ID", "NAMESPACE", "STATE", "EXPRESSION"]
    type: Literal[
        "EQUAL_TO",
        "NOT_EQUAL_TO",
        "IN",
        "NOT_IN",
        "IS_TRUE",
        "IS_FALSE",
        "IS_NULL",
        "IS_NOT_NULL",
        "STARTS_WITH",
        "ENDS_WITH",
        "REGEX",
        "CONTAINS",
    ]
    value: Text | None = None
    values: tuple[Text, ...] | None = None

    @model_validator(mode="after")
    def _operand(self) -> Filter:
        many = self.type in ("IN", "NOT_IN")
        if many and self.value is not None:
            raise PydanticCustomError(
                "filter.value",
                "'value' cannot be used with {type}; use 'values'",
                {"type": self.type},
            )
        if not many and self.values is not None:
            raise PydanticCustomError(
                "filter.values",
                "'values' cannot be used with {type}; use 'value'",
                {"type": self.type},
            )
        if (self.values if many else self.value) is None:
            raise PydanticCustomError(
                "filter.missing",
                "{type} needs '{key}'",
                {"type": self.type, "key": "values" if many else "value"},
            )
        return self


class Where(Spec):
    """Filters on one upstream execution."""

    id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$"), Spelled()]
    operand: Literal["AND", "OR"] = "AND"
    filters: Annotated[tuple[Filter, ...], Field(min_length=1)]


class Preconditions(Spec):
    """Conditions that several upstream executions meet together, within a window of time."""

    id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$"), Spelled()]
    time_window: TimeWindow = TimeWindow()
    reset_on_success: bool = True
    flows: tuple[UpstreamFlow, ...] = ()
    where: tuple[Where, ...] = ()


class Flow(Trigger):
    """Starts an execution when executions of other flows change state.

    ``trigger.executionId``, ``namespace``, ``flowId``, ``flowRevision``, ``state`` and ``outputs``
    (the flow outputs) name the other execution; ``inputs`` also see ``outputs`` of its tasks and its
    ``labels``. ``preconditions`` wait for several executions in a window of time.
    """

    type_name: ClassVar[str] = "core.trigger.Flow"
    aliases: ClassVar[tuple[str, ...]] = ("io.kestra.core.models.triggers.types.Flow",)
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "After another flow",
            """id: after
namespace: company.team
tasks:
  - id: show
    type: core.log.Log
    message: "{{ trigger.executionId }}"
triggers:
  - id: upstream
    type: core.trigger.Flow
    preconditions:
      id: extracted
      flows:
        - namespace: company.team
          flowId: extract
          states: [SUCCESS]
""",
        ),
    )

    states: tuple[State, ...] = TERMINAL
    preconditions: Preconditions | None = None
    depends_on: tuple[UpstreamFlow, ...] = ()
    window: TimeWindow | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Flow:
        if self.preconditions is not None and self.depends_on:
            raise PydanticCustomError(
                "flow_trigger.both", "Use 'preconditions' or 'dependsOn', not both"
            )
        if self.window is not None and not self.depends_on:
            raise PydanticCustomError("flow_trigger.window", "'window' needs 'dependsOn'")
        return self

    def joint(self) -> Preconditions | None:
        """The conditions on several executions, however they are written."""
        if self.depends_on:
            window = self.window or TimeWindow()
            return Preconditions(id=self.id, time_window=window, flows=self.depends_on)
        return self.preconditions


PLUGINS: tuple[type, ...] = (Schedule, ScheduleOnDates, Webhook, Flow)
