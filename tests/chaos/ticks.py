"""A schedule of every second: each date must start one execution, whoever dies meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from tests.chaos.asking import Patient

STEP: Final = timedelta(seconds=1)
FLOW: Final = """id: ticks
namespace: chaos
tasks:
  - id: beat
    type: core.debug.Return
    format: "{{ trigger.date }}"
"""
TRIGGER: Final = """triggers:
  - id: every_second
    type: core.trigger.Schedule
    cron: "* * * * * *"
    withSeconds: true
"""


def begin(client: Patient) -> None:
    """Publishes the flow with its schedule."""
    client.deploy(FLOW + TRIGGER)


def cease(client: Patient) -> None:
    """Publishes it without."""
    client.deploy(FLOW)


def faults(executions: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """Dates that fired twice or not at all, and executions that did not end well."""
    for execution in executions:
        if execution["state"]["current"] != "SUCCESS":
            yield f"tick {execution['id']} is {execution['state']['current']}"
    fired = Counter(
        datetime.fromisoformat(execution["trigger"]["variables"]["date"])
        for execution in executions
    )
    if not fired:
        yield "no tick fired"
        return
    yield from (f"{date} fired {times} times" for date, times in fired.items() if times > 1)
    date = min(fired)
    while (date := date + STEP) < max(fired):
        if date not in fired:
            yield f"{date} did not fire"
