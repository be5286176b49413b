"""What policies say about flows and starts, and whether one holds. Pure.

A policy is a set of rules; each describes something. DENY and WARN meet what all of the rules
describe. REQUIRE asks that each of them holds. What is left out describes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel

from downbeat.sdk.fields import truth
from flows.spec.expressions import ExpressionError, NoServices, compile_template
from flows.spec.flow import FlowSpec
from flows.spec.policy_steps import (
    Said,
    images_of,
    may_be,
    runners_of,
    steps_of,
    surely_is,
    types_of,
)
from flows.spec.registry import Registry, short_name

DAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


class Effect(StrEnum):
    """What a policy does."""

    DENY = "DENY"
    REQUIRE = "REQUIRE"
    WARN = "WARN"


class Mode(StrEnum):
    """Whether it does it."""

    ENFORCE = "ENFORCE"
    EVALUATE = "EVALUATE"


class Moment(StrEnum):
    """When it is asked."""

    SAVE = "SAVE"
    START = "START"


class _Part(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class Hours(_Part):
    """Hours of some days of the week; an end before the beginning is on the next day."""

    days: tuple[str, ...] = DAYS
    from_: time = Field(default=time(0, 0), alias="from")
    to: time = time(23, 59, 59)

    @field_validator("days")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not set(value) <= set(DAYS):
            raise ValueError(f"use days among {', '.join(DAYS)}")
        return value

    def holds(self, local: datetime) -> bool:
        """Whether a local time is in them."""
        day, moment = DAYS[local.weekday()], local.time()
        if self.from_ <= self.to:
            return day in self.days and self.from_ <= moment <= self.to
        before = DAYS[(local.weekday() - 1) % 7]
        return (day in self.days and moment >= self.from_) or (
            before in self.days and moment <= self.to
        )


class Span(_Part):
    """From a moment to another one: a freeze."""

    from_: datetime = Field(alias="from")
    to: datetime

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.from_.tzinfo is None or self.to.tzinfo is None:
            raise ValueError("both need a zone, such as 2026-12-24T00:00:00Z")
        if self.to <= self.from_:
            raise ValueError("it ends before it begins")
        return self


class Window(_Part):
    """Times: any of the hours, or any of the spans."""

    timezone: str = "UTC"
    hours: tuple[Hours, ...] = ()
    spans: tuple[Span, ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Window:
        if self.timezone not in available_timezones():
            raise ValueError(f"there is no time zone {self.timezone}")
        if not self.hours and not self.spans:
            raise ValueError("a window needs hours or spans")
        return self

    def holds(self, now: datetime) -> bool:
        """Whether a moment is in the window."""
        local = now.astimezone(ZoneInfo(self.timezone))
        inside = any(span.from_ <= now < span.to for span in self.spans)
        return inside or any(hours.holds(local) for hours in self.hours)


class Rules(_Part):
    """What a policy describes. Names are globs; types of tasks match with and without prefix."""

    task_types: tuple[str, ...] | None = None
    trigger_types: tuple[str, ...] | None = None
    task_runners: tuple[str, ...] | None = None
    images: tuple[str, ...] | None = None
    labels: dict[str, str] | None = None
    window: Window | None = None
    condition: str | None = Field(default=None, min_length=1, max_length=10_000)
    approval: bool = False

    @field_validator("condition")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                compile_template(value)
            except ExpressionError as problem:
                raise ValueError(str(problem)) from None
        return value

    @model_validator(mode="after")
    def _something(self) -> Rules:
        if not self.approval and all(
            getattr(self, name) is None for name in type(self).model_fields if name != "approval"
        ):
            raise ValueError("say at least one rule")
        return self


@dataclass(frozen=True, slots=True)
class Subject:
    """A save or a start that is judged; `approved` says whether another person has agreed.

    Without a `registry` a task that another one writes may be any.
    """

    moment: Moment
    flow: FlowSpec
    now: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    approved: bool = False
    registry: Registry | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that speaks against a subject."""

    rule: str
    message: str


def findings(effect: Effect, rules: Rules, subject: Subject) -> tuple[Finding, ...]:
    """What speaks against a subject; empty when the policy lets it be."""
    if effect is Effect.REQUIRE:
        return tuple(_unmet(rules, subject))
    found: list[Finding] = []
    for name, met, message in _described(rules, subject):
        if not met:
            return ()
        found.append(Finding(name, message))
    return tuple(found)


def _described(rules: Rules, subject: Subject) -> Iterator[tuple[str, bool, str]]:
    """Each rule that is said, whether it describes the subject, and how."""
    for name, patterns, values in _globs(rules, subject, allowed=False):
        met = sorted({str(one) for one in values if _described_by(patterns, one)})
        yield name, bool(met), f"{name} {', '.join(met)}"
    if rules.labels is not None:
        met = [key for key, glob in rules.labels.items() if _has(subject.labels, key, glob)]
        yield "labels", len(met) == len(rules.labels), f"labels {', '.join(met)}"
    if rules.window is not None:
        yield "window", rules.window.holds(subject.now), "it is within the window"
    if rules.condition is not None:
        met_by, reason = _true(rules.condition, subject)
        yield "condition", met_by, reason or "its condition holds"
    if rules.approval:
        yield "approval", not subject.approved, "another person has to agree first"


def _unmet(rules: Rules, subject: Subject) -> Iterator[Finding]:
    for name, patterns, values in _globs(rules, subject, allowed=True):
        odd = sorted({str(one) for one in values if not _allowed_by(patterns, one)})
        if odd:
            yield Finding(name, f"{name} {', '.join(odd)} not among {', '.join(patterns)}")
    for key, glob in (rules.labels or {}).items():
        if not _has(subject.labels, key, glob):
            yield Finding("labels", f"the label {key} must be there and match {glob}")
    if rules.window is not None and not rules.window.holds(subject.now):
        yield Finding("window", "it is outside of the window")
    if rules.condition is not None:
        met, reason = _true(rules.condition, subject)
        if not met:
            yield Finding("condition", reason or "its condition does not hold")
    if rules.approval and not subject.approved:
        yield Finding("approval", "another person has to agree first")


def _globs(
    rules: Rules, subject: Subject, *, allowed: bool
) -> Iterator[tuple[str, Sequence[str], Sequence[Said]]]:
    flow, steps = subject.flow, list(steps_of(subject.flow, subject.registry))
    if rules.task_types is not None:
        yield (
            "taskTypes",
            rules.task_types,
            [said for one in steps for said in types_of(one, allowed=allowed)],
        )
    if rules.trigger_types is not None:
        yield "triggerTypes", rules.trigger_types, [Said(_type(one)) for one in flow.triggers]
    if rules.task_runners is not None:
        yield "taskRunners", rules.task_runners, [said for one in steps for said in runners_of(one)]
    if rules.images is not None:
        yield "images", rules.images, [said for one in steps for said in images_of(one)]


def _type(one: Any) -> str:
    """The type by its own name, under whichever of its names it is written."""
    return short_name(str(getattr(one, "type_name", "") or one.type))


def _described_by(patterns: Sequence[str], said: Said) -> bool:
    return any(may_be(said, short_name(pattern)) for pattern in patterns)


def _allowed_by(patterns: Sequence[str], said: Said) -> bool:
    return any(surely_is(said, short_name(pattern)) for pattern in patterns)


def _has(labels: Mapping[str, str], key: str, glob: str) -> bool:
    return key in labels and fnmatchcase(labels[key], glob)


def _true(condition: str, subject: Subject) -> tuple[bool, str | None]:
    """Whether a condition holds; one that cannot be rendered does not, and says why."""
    try:
        found = compile_template(condition).render(subject.context, services=NoServices())
    except ExpressionError as problem:
        return False, f"its condition cannot be rendered: {problem}"
    return truth(found), None
