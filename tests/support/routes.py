"""Every route that the URL resolver knows, method by method, with what guards it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, UUIDConverter

from executions.api.worker_views import WorkerView
from tenants.http import InstanceAPIView, PublicAPIView, TenantView

METHODS = ("get", "post", "put", "patch", "delete")
NOTHING = UUID("01900000-0000-7000-8000-000000000000")


class Guard(StrEnum):
    """Who a route lets in."""

    TENANT = "tenant"
    INSTANCE_ADMIN = "instance admin"
    ONESELF = "oneself"
    WORKER = "worker"
    PUBLIC = "public"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    template: str
    converters: tuple[tuple[str, Any], ...]
    guard: Guard
    permission: str | None
    view: Any = None
    action: str = ""

    @property
    def name(self) -> str:
        """What a test is called after."""
        return f"{self.method.upper()} {self.template}"

    def path(self, known: dict[str, str]) -> str:
        """An address of it; what is not known names nothing."""
        path = self.template
        for name, converter in self.converters:
            value = known.get(name) or _nothing(converter)
            for spelling in (f"<{name}>", f"<{_word(converter)}:{name}>"):
                path = path.replace(spelling, value)
        return f"/{path}"


def routes() -> list[Route]:
    """All of them, in the order of their addresses."""
    found = [
        route
        for pattern, prefix, outer in _patterns(get_resolver().url_patterns, "", {})
        for route in _of(pattern, prefix, outer)
    ]
    return sorted(found, key=lambda route: (route.template, route.method))


def _patterns(
    patterns: list[URLPattern | URLResolver], prefix: str, outer: dict[str, Any]
) -> Iterator[tuple[URLPattern, str, dict[str, Any]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = {**outer, **pattern.pattern.converters}
            yield from _patterns(pattern.url_patterns, prefix + str(pattern.pattern), inside)
        else:
            yield pattern, prefix, outer


def _of(pattern: URLPattern, prefix: str, outer: dict[str, Any]) -> Iterator[Route]:
    view: Any = getattr(pattern.callback, "cls", None)
    actions: dict[str, str] | None = getattr(pattern.callback, "actions", None)
    template = prefix + str(pattern.pattern)
    converters = tuple({**outer, **pattern.pattern.converters}.items())
    for method in _methods(view, actions):
        name = actions[method] if actions else method
        permission = getattr(view, "actions", {}).get(name) if view else None
        yield Route(method, template, converters, _guard(view), permission, view, name)


def _methods(view: Any, actions: dict[str, str] | None) -> list[str]:
    if actions:
        return [method for method in actions if method in METHODS]
    return [method for method in METHODS if view is None or hasattr(view, method)][
        : None if view else 1
    ]


def _guard(view: Any) -> Guard:
    if view is None:
        return Guard.UNKNOWN
    if issubclass(view, TenantView):
        return Guard.TENANT
    if issubclass(view, InstanceAPIView):
        return Guard.INSTANCE_ADMIN if view.instance_admin else Guard.ONESELF
    if issubclass(view, WorkerView):
        return Guard.WORKER
    return Guard.PUBLIC if issubclass(view, PublicAPIView) else Guard.UNKNOWN


def _nothing(converter: object) -> str:
    if isinstance(converter, UUIDConverter):
        return str(NOTHING)
    return "1" if isinstance(converter, IntConverter) else "nothing"


def _word(converter: object) -> str:
    return type(converter).__name__.removesuffix("Converter").replace("String", "str").lower()
