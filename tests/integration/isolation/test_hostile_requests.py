"""Whatever is sent to a route, by whomever, the answer is a refusal or a result, and never our fault.

Schemathesis draws requests from the OpenAPI description; half of them are about things that are
there, so that they come as far as they can. A run looks at a tenth of the routes, the same each
time; `ISOLATION=whole` looks at all, with more requests (`ISOLATION_EXAMPLES`) for each.
"""

from __future__ import annotations

import os
import random
import warnings
import zlib
from collections.abc import Iterator
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.core.errors import SerializationNotPossible

from tests.integration.isolation.actors import Company
from tests.integration.isolation.asked import KWARG, Names
from tests.integration.isolation.furnished import SELF
from tests.integration.isolation.share import SEED, WHOLE, drawn
from tests.integration.isolation.undone import undone
from tests.support.openapi import described
from tests.support.routes import Guard, Route, routes

ROLES: Final = ("owner", "instance owner", "super-admin", "editor", "viewer", "directory", "nobody")
EXAMPLES: Final = int(os.environ.get("ISOLATION_EXAMPLES", "30" if WHOLE else "8"))
BASE: Final = "api/v1/"
# Workers prove themselves by tokens of their own and are fed hostile texts in tests/integration/remote.
FUZZED: Final = [
    route
    for route in routes()
    if route.template.startswith(BASE) and route.guard is not Guard.WORKER and drawn(route.name)
]
Operation = tuple[str, str]
# The description calls a primary key what clients call it.
SHOWN: Final = {"pk": "id"}


@lru_cache(maxsize=1)
def _operations() -> dict[Operation, Any]:
    """Every operation of the description, by method and path."""
    schema: Any = schemathesis.openapi.from_dict(described())
    found = (made.ok() for made in schema.get_all_operations())
    return {(one.method.upper(), one.path): one for one in found}


@pytest.mark.parametrize("route", FUZZED, ids=lambda route: route.name)
def test_no_request_makes_an_error_of_ours(route: Route, company: Company) -> None:
    path = f"/{KWARG.sub(lambda found: f'{{{SHOWN.get(found[1], found[1])}}}', route.template)}"
    operation = _operations().get((route.method.upper(), path))
    if operation is None:
        # What is no part of the API's description: pages and browsers' ways through single sign-on.
        assert route.guard in {Guard.PUBLIC, Guard.UNKNOWN}, path
        return

    assert list(_errors(route, operation, company)) == []


def _errors(route: Route, operation: Any, company: Company) -> Iterator[str]:
    dice = random.Random(f"{SEED} {route.name}")
    cases: list[Any] = []

    @seed(zlib.crc32(f"{SEED} {route.name}".encode()))
    @settings(
        max_examples=EXAMPLES, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(operation.as_strategy())
    def draw(case: Any) -> None:
        cases.append(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draw()
        prepared = [_prepared(case, route, company, dice) for case in cases]
    for request in prepared:
        if request is not None:
            yield from _refused(request, company)


def _prepared(case: Any, route: Route, company: Company, dice: random.Random) -> Any:
    """A request as it goes over the wire; none for a body that its media type cannot hold."""
    given_names = dict(case.path_parameters or {})
    for name in given_names:
        if name == "tenant" or (name == "slug" and dice.random() < 0.9):
            given_names[name] = company.here.tenant.slug
        elif dice.random() < 0.5:
            given_names[name] = _there(route, name, company) or given_names[name]
    case.path_parameters = given_names
    try:
        facts = case.as_transport_kwargs(base_url="http://testserver")
    except SerializationNotPossible:
        return None
    facts["headers"] = {"Content-Type": facts.get("headers", {}).get("Content-Type", "")}
    made = requests.Request(**{key: facts[key] for key in facts if key not in {"allow_redirects"}})
    return made.prepare()


def _there(route: Route, name: str, company: Company) -> str | None:
    short = route.template.removeprefix(BASE).removeprefix("<slug:tenant>/")
    known = "pk" if name == "id" and ":pk>" in route.template else name
    try:
        return Names(company.here, SELF).of(short, known)
    except AssertionError:
        return None


def _refused(request: Any, company: Company) -> Iterator[str]:
    """Sends it in every role; tells what came back that must not."""
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body)
    type = request.headers.get("Content-Type") or ""
    for who in ROLES:
        with undone():
            answer = company.askers[who].ask(request.method, request.path_url, content, type)
        # RFC 7644, section 3.11, wants it said of `/Me` by this status.
        if answer.status_code >= 500 and answer.status_code != HTTPStatus.NOT_IMPLEMENTED:
            yield f"{who}: {request.method} {request.path_url} {type} {content[:600]!r}"
