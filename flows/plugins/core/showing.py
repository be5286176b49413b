"""Whole flows around one condition, for the documentation of conditions."""

from __future__ import annotations

from textwrap import indent

Examples = tuple[tuple[str, str], ...]
_FLOW = """id: example
namespace: company.team
tasks:
  - id: work
    type: core.log.Log
    message: The condition holds
triggers:
"""


def on_schedule(title: str, condition: str) -> Examples:
    """A flow that starts at dates for which the condition holds."""
    trigger = '  - id: hourly\n    type: core.trigger.Schedule\n    cron: "0 * * * *"\n'
    return _example(title, trigger, condition)


def on_flow(title: str, condition: str) -> Examples:
    """A flow that starts after executions for which the condition holds."""
    return _example(title, "  - id: after\n    type: core.trigger.Flow\n", condition)


def _example(title: str, trigger: str, condition: str) -> Examples:
    first, *rest = condition.splitlines()
    item = "\n".join([f"- {first}", *(f"  {line}" for line in rest)])
    return ((title, f"{_FLOW}{trigger}    conditions:\n{indent(item, ' ' * 6)}\n"),)
