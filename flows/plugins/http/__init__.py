"""HTTP requests to any server."""

from __future__ import annotations

from flows.plugins.http.sse import SseRequest
from flows.plugins.http.tasks import Download, Request
from flows.plugins.http.trigger import Trigger

PLUGINS: tuple[type, ...] = (Download, Request, SseRequest, Trigger)
