"""Renders properties of triggers outside of any execution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from downbeat.common.scope import current_tenant
from executions.runtime.expression_services import ShellServices
from executions.runtime.turn_log import TurnLog
from flows.spec.expressions import render_value


def rendered(value: Any, context: Mapping[str, Any], met: TurnLog | None = None) -> Any:
    """The value with every expression in it rendered, for the namespace in the context.

    ``met`` learns the secrets that are read.
    """
    if value is None:
        return None
    services = ShellServices(
        tenant_id=current_tenant(),
        namespace=context["flow"]["namespace"],
        execution_id=None,
        log=met,
    )
    return render_value(value, context, services=services)
