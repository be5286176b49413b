"""HTTP requests to any server."""

from __future__ import annotations

from flows.plugins.http.tasks import Download, Request

PLUGINS: tuple[type, ...] = (Download, Request)
