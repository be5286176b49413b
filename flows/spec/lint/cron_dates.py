"""The cron expression of a schedule can be read."""

from __future__ import annotations

from collections.abc import Iterator

from flows.spec.diagnostics import Diagnostic
from flows.spec.lint.finding import Subject
from flows.spec.schedule import Cron, CronError


def cron_dates(subject: Subject) -> Iterator[Diagnostic]:
    for number, trigger in enumerate(subject.flow.triggers):
        cron = getattr(trigger, "cron", None)
        if not isinstance(cron, str):
            continue
        try:
            Cron.parse(
                cron,
                with_seconds=getattr(trigger, "with_seconds", False),
                timezone=getattr(trigger, "timezone", None),
            )
        except CronError as error:
            yield subject.error(("triggers", number, "cron"), "trigger.cron", str(error))
