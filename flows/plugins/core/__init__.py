"""The core types: groups, branches, loops, waits, child executions, logs, values, triggers."""

from __future__ import annotations

from flows.plugins.core import (
    branching,
    conditions,
    dates,
    executions,
    groups,
    kv,
    loops,
    messages,
    subflows,
    triggers,
    waiting,
)

PLUGINS: tuple[type, ...] = (
    *groups.PLUGINS,
    *branching.PLUGINS,
    *loops.PLUGINS,
    *waiting.PLUGINS,
    *subflows.PLUGINS,
    *messages.PLUGINS,
    *executions.PLUGINS,
    *kv.PLUGINS,
    *triggers.PLUGINS,
    *conditions.PLUGINS,
    *dates.PLUGINS,
)
