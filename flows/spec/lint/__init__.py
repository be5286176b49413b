"""Rules that look at a whole flow; one rule, one module."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from flows.spec.diagnostics import Diagnostic
from flows.spec.flow import FlowSpec
from flows.spec.lint.cron_dates import cron_dates
from flows.spec.lint.dag_needs import dag_needs
from flows.spec.lint.directory_tasks import directory_tasks
from flows.spec.lint.expressions import expressions
from flows.spec.lint.finding import Rule, Subject
from flows.spec.lint.group_timeouts import group_timeouts
from flows.spec.lint.input_defaults import input_defaults, trigger_inputs
from flows.spec.lint.input_needs import input_needs
from flows.spec.lint.internal_types import internal_types
from flows.spec.lint.platform_labels import platform_labels
from flows.spec.lint.reserved_names import reserved_names
from flows.spec.lint.self_call import self_call
from flows.spec.lint.task_runners import task_runners
from flows.spec.lint.unique_ids import unique_ids
from flows.spec.lint.unreachable import unreachable
from flows.spec.registry import Registry
from flows.spec.source import Document

MAX_FINDINGS: Final = 100
"""Findings of one rule; a source with more has told enough."""

RULES: Final[tuple[Rule, ...]] = (
    unique_ids,
    internal_types,
    reserved_names,
    dag_needs,
    input_needs,
    input_defaults,
    self_call,
    directory_tasks,
    task_runners,
    group_timeouts,
    cron_dates,
    trigger_inputs,
    expressions,
    unreachable,
    platform_labels,
)


def lint_flow(flow: FlowSpec, document: Document, registry: Registry) -> Iterator[Diagnostic]:
    """The findings of every rule."""
    subject = Subject.of(flow, document, registry)
    for rule in RULES:
        yield from islice(rule(subject), MAX_FINDINGS)
