"""What a request says about what goes with an execution."""

from __future__ import annotations

from rest_framework.request import Request

from executions.api import requests
from executions.services.deletion import DeletionScope


def deletion_of(request: Request) -> DeletionScope:
    """All goes unless the request says otherwise."""
    return DeletionScope(
        logs=requests.flag_of(request, "deleteLogs", default=True),
        metrics=requests.flag_of(request, "deleteMetrics", default=True),
        files=requests.flag_of(request, "deleteStorage", default=True),
    )
