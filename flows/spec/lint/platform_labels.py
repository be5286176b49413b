"""Labels of the platform are set by the platform: no trigger, agreement or task sets one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from downbeat.sdk.labels import Label
from flows.spec.diagnostics import Diagnostic, Path
from flows.spec.labels import refused_keys
from flows.spec.lint.finding import Subject


def platform_labels(subject: Subject) -> Iterator[Diagnostic]:
    for place, labels in _labelled(subject):
        refused = refused_keys(labels)
        if refused:
            message = f"System labels can only be set by Downbeat itself: {', '.join(refused)}"
            yield subject.error((*place, "labels"), "label.system", message)


def _labelled(subject: Subject) -> Iterator[tuple[Path, tuple[Label, ...]]]:
    for number, agreement in enumerate(subject.flow.sla):
        yield ("sla", number), agreement.labels
    for number, trigger in enumerate(subject.flow.triggers):
        yield ("triggers", number), _plain(trigger.labels)
    for place, task in subject.tasks:
        yield place, _plain(getattr(task, "labels", ()))


def _plain(labels: Any) -> tuple[Label, ...]:
    """Labels that are written out; those of an expression are judged when it is rendered."""
    items: Iterable[Any] = labels if isinstance(labels, (tuple, list)) else ()
    return tuple(item for item in items if isinstance(item, Label))
