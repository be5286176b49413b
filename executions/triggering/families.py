"""How a trigger comes to fire: the closed set of ways that the platform knows."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from downbeat.sdk.trigger import PollingTrigger, Trigger


class Family(StrEnum):
    """Who finds out that a trigger fires."""

    SCHEDULE = "schedule"
    """The scheduler, by dates."""
    POLL = "poll"
    """A worker, by looking at an interval."""
    WEBHOOK = "webhook"
    """The web process, by a call from outside."""
    FLOW = "flow"
    """The end of another flow's execution."""
    REALTIME = "realtime"
    """A consumer that listens all the time."""


_BY_NAME: Final = {
    "core.trigger.Schedule": Family.SCHEDULE,
    "core.trigger.ScheduleOnDates": Family.SCHEDULE,
    "core.trigger.Webhook": Family.WEBHOOK,
    "core.trigger.Flow": Family.FLOW,
}


def family_of(trigger: Trigger) -> Family:
    """The family of a trigger."""
    if isinstance(trigger, PollingTrigger):
        return Family.POLL
    return _BY_NAME.get(trigger.type_name, Family.REALTIME)
