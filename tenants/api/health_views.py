"""Whether this process lives, and whether it can work."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse

from downbeat.common import schema_state

log = logging.getLogger(__name__)


def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "UP"})


def ready(request: HttpRequest) -> JsonResponse:
    """The process reaches a database that has the tables of its version."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("select exists(select 1 from tenants_tenant)")
    except DatabaseError as problem:
        log.warning("not ready: %s", problem)
        return JsonResponse({"status": "DOWN", "reason": "database"}, status=503)
    if schema_state.left_behind():
        return JsonResponse({"status": "DOWN", "reason": "version"}, status=503)
    return JsonResponse({"status": "UP"})
