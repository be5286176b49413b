"""Routes that stay open: streams, and starts that wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from django.urls import URLPattern, path

from executions.streams.calls import WaitingCall
from executions.streams.checks import WaitingCheck
from executions.streams.consumer import StreamConsumer
from executions.streams.relatives import follow_relatives
from executions.streams.sse import follow_execution, follow_log
from executions.streams.waiting import WaitingStart
from executions.streams.worker_files import transfer
from executions.streams.worker_orders import WaitingOrders

BASE: Final = "api/v1/<slug:tenant>"
FLOW: Final = "<str:namespace>/<str:flow_id>"
Application = Callable[[Any, Any, Any], Awaitable[None]]
_waiting: Final = WaitingStart()
_calls: Final = WaitingCall()
_checks: Final = WaitingCheck()

websocket_urlpatterns: list[URLPattern] = [
    path(f"{BASE}/stream", StreamConsumer.as_asgi()),
]


def at(route: str, application: Application) -> URLPattern:
    """A route to an asynchronous application; Django's type of views knows only its own."""
    found: URLPattern = path(f"{BASE}/{route}", cast(Any, application))
    return found


WORKER: Final = "api/v1/worker"

http_urlpatterns: list[URLPattern] = [
    path(f"{WORKER}/claims", cast(Any, WaitingOrders())),
    path(f"{WORKER}/files/<str:address>", cast(Any, transfer)),
    at("executions/<uuid:pk>/follow", follow_execution),
    at("executions/<uuid:pk>/follow-dependencies", follow_relatives),
    at("logs/<uuid:pk>/follow", follow_log),
    at(f"executions/webhook/{FLOW}/<str:key>", _calls),
    at(f"executions/webhook/{FLOW}/<str:key>/<path:path>", _calls),
    at(f"executions/{FLOW}", _waiting),
    at("namespaces/<str:namespace>/credentials/<str:name>/test", _checks),
]
