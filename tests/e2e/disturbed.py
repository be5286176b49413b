"""Puts a browser into situations that are rare: the server fails, is slow, has nothing, has much."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from playwright.sync_api import Page, Route

LONG: Final = (
    "a_name_that_somebody_has_generated_from_all_that_they_knew_without_a_place_to_break_it_and_which"
    "_goes_on_and_on_until_it_is_longer_than_any_screen_is_wide"
)
RIGHT_TO_LEFT: Final = "جدول المبيعات اليومية (נתוני מכירות) rev. 12"
# What people have named or written, wherever it stands in an answer.
WRITTEN: Final = frozenset(
    {
        *("name", "description", "message", "flowId", "taskId", "title", "displayName", "value"),
        *("key", "triggerId", "lead", "reason", "by", "author", "detail", "text"),
    }
)
# Without these there is no page at all: who one is, and what one may do.
SPARED: Final = ("/me", "/configs", "/access", "/rights", "/auths", "/stream", "/csrf", "/setup")
PROBLEM: Final = {
    "type": "urn:downbeat:problem:internal",
    "title": "Internal Server Error",
    "status": 500,
    "code": "internal",
    "detail": "Something went wrong on our side; it was logged.",
    "errors": [],
}


class Situation(StrEnum):
    """What befalls the questions of a page."""

    FAILS = "fails"
    WAITS = "waits"
    EMPTY = "empty"
    LONG = "long"
    RIGHT_TO_LEFT = "right-to-left"


def disturb(page: Page, tenant: str, situation: Situation) -> None:
    """From now on every question that the page asks about the tenant ends like this."""

    def answer(route: Route) -> None:
        path = route.request.url.partition("?")[0].partition(f"/api/v1/{tenant}")[2]
        if route.request.method != "GET" or path.startswith(SPARED):
            route.continue_()
        else:
            _ENDS[situation](route)

    page.route(f"**/api/v1/{tenant}/**", answer)


def calm(page: Page) -> None:
    """The server answers for itself again."""
    page.unroute_all(behavior="ignoreErrors")


def _fail(route: Route) -> None:
    route.fulfill(status=500, content_type="application/problem+json", body=json.dumps(PROBLEM))


def _wait(route: Route) -> None:
    """Nothing: the question stays open."""


def _changed(change: Callable[[Any], Any]) -> Callable[[Route], None]:
    def end(route: Route) -> None:
        response = route.fetch()
        try:
            body = response.json()
        except ValueError:
            route.fulfill(response=response)
            return
        route.fulfill(response=response, json=change(body))

    return end


def _emptied(body: Any) -> Any:
    if isinstance(body, list):
        return []
    if isinstance(body, dict) and "results" in body:
        return {**body, "results": [], "total": 0}
    return body


def _rewritten(text: str) -> Callable[[Any], Any]:
    def change(body: Any, key: str = "") -> Any:
        if isinstance(body, dict):
            return {name: change(value, name) for name, value in body.items()}
        if isinstance(body, list):
            return [change(value, key) for value in body]
        return text if isinstance(body, str) and key in WRITTEN and body else body

    return change


_ENDS: Final[dict[Situation, Callable[[Route], None]]] = {
    Situation.FAILS: _fail,
    Situation.WAITS: _wait,
    Situation.EMPTY: _changed(_emptied),
    Situation.LONG: _changed(_rewritten(LONG)),
    Situation.RIGHT_TO_LEFT: _changed(_rewritten(RIGHT_TO_LEFT)),
}
