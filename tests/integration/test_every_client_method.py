"""Every call that the official client can make in our families reaches a route of that verb."""

from __future__ import annotations

import inspect
from typing import Any, Final, get_args

import pytest
from django.urls import Resolver404, URLPattern, resolve
from kestrapy.api.executions_api import ExecutionsApi
from kestrapy.api.files_api import FilesApi
from kestrapy.api.flows_api import FlowsApi
from kestrapy.api.kv_api import KVApi
from kestrapy.api.logs_api import LogsApi
from kestrapy.api.metrics_api import MetricsApi
from kestrapy.api.outputs_api import OutputsApi

from downbeat.routing import streams
from tests.support.routes import NOTHING

FAMILIES: Final = (ExecutionsApi, FilesApi, FlowsApi, KVApi, LogsApi, MetricsApi, OutputsApi)
# Promotion between instances and policies are features of their own, with routes of their own.
ELSEWHERE: Final = frozenset(
    {
        "list_promotions",
        "preview_policies",
        "promote",
        "promote_by_ids",
        "promote_diff",
        "report_promote",
    }
)
UUIDS: Final = frozenset({"execution_id", "task_run_id"})


class Sent(Exception):
    """What the client was about to send."""


class Session:
    """Stands for the client's connection: tells what would be sent."""

    def request(self, method: str, url: str, **_rest: Any) -> None:
        """An ordinary request."""
        raise Sent(method, url)

    def get(self, url: str, **_rest: Any) -> None:
        """A stream."""
        raise Sent("GET", url)


def _methods() -> list[Any]:
    found = [
        pytest.param(family, name, id=f"{family.__name__}.{name}")
        for family in FAMILIES
        for name, _ in inspect.getmembers(family, inspect.isfunction)
        if not name.startswith("_") and name not in ELSEWHERE
    ]
    assert len(found) > 120
    return found


def _value(parameter: inspect.Parameter) -> Any:
    if parameter.name in UUIDS:
        return str(NOTHING)
    if parameter.name == "flow":
        return {"id": "nothing", "namespace": "nothing", "tasks": []}
    listed = "List" in str(parameter.annotation) or list in get_args(parameter.annotation)
    return [] if listed else "nothing"


def _sent(family: type[Any], name: str) -> tuple[str, str]:
    call = getattr(family(Session(), "http://server"), name)
    needed = {
        parameter.name: _value(parameter)
        for parameter in inspect.signature(call).parameters.values()
        if parameter.default is inspect.Parameter.empty
    }
    with pytest.raises(Sent) as sent:
        for _ in call(**needed) or ():
            pass
    method, url = sent.value.args
    return method, url.removeprefix("http://server").partition("?")[0]


def _verbs(path: str) -> set[str]:
    """The verbs of the routes that mean this address; none may take a fixed word for a name."""
    found = (
        {"GET"}
        if any(_follows(pattern, path) for pattern in streams("http_urlpatterns"))
        else set()
    )
    try:
        match = resolve(path)
    except Resolver404:
        return found
    if not _names(match.kwargs) <= {"nothing", str(NOTHING)}:
        return found
    actions: dict[str, str] | None = getattr(match.func, "actions", None)
    return found | {name.upper() for name in actions or _methods_of(match.func)}


def _follows(pattern: URLPattern, path: str) -> bool:
    match: Any = pattern.pattern.match(path.removeprefix("/"))
    return bool(match) and "follow" in path and _names(match[2]) <= {"nothing", str(NOTHING)}


def _names(captured: dict[str, Any]) -> set[str]:
    return {str(value) for value in captured.values() if not isinstance(value, bool)}


def _methods_of(callback: Any) -> list[str]:
    return [name for name in ("get", "post", "put", "delete") if hasattr(callback.cls, name)]


@pytest.mark.parametrize(("family", "name"), _methods())
def test_the_client_finds_a_route(family: type[Any], name: str) -> None:
    method, path = _sent(family, name)

    assert method in _verbs(path), f"{method} {path}"
