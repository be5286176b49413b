"""Every route, whoever added it: anonymous is unknown, strangers find nothing, viewers change nothing.

A new route is tested by being there. One that fits no row of the matrix fails.
"""

from __future__ import annotations

from http import HTTPStatus

import pytest

from tenants.policy import ROLES, BuiltIn
from tests.support.cast import NAMESPACE, Cast
from tests.support.routes import Guard, Route, routes

# What anybody may ask. The key in a webhook's address is its credential.
PUBLIC = frozenset(
    {
        "",
        "ui",
        "ui/",
        "ui/<path:path>",
        "login",
        "login/second-factor",
        "logout",
        "health/live",
        "health/ready",
        "api/v1/setup",
        "api/v1/configs/login",
        "api/v1/auths",
        "api/v1/basicAuthValidationErrors",
        "api/v1/<slug:tenant>/oauth/token",
        "api/v1/invitation/read/<uuid:id>",
        "api/v1/invitation/create/<uuid:id>",
    }
)
# What single sign-on is asked and answered proves itself: codes, signatures, a browser's cookie.
PUBLIC_PREFIXES = (
    "api/v1/<slug:tenant>/executions/webhook/",
    "api/v1/<slug:tenant>/sso/<slug:name>/",
)
# What whoever is signed in may ask; it shows nothing of a tenant.
SIGNED_IN = frozenset({"api/v1/openapi.json"})
REFUSED = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}

ALL = routes()
TENANT = [route for route in ALL if route.guard is Guard.TENANT]
ADMIN = [route for route in ALL if route.guard is Guard.INSTANCE_ADMIN]
CLOSED = [
    route
    for route in ALL
    if route.guard in {Guard.ONESELF, Guard.INSTANCE_ADMIN, Guard.TENANT, Guard.WORKER}
]
WORKERS = [route for route in ALL if route.guard is Guard.WORKER]
WRITES = [route for route in TENANT if route.permission not in ROLES[BuiltIn.VIEWER]]


def _name(route: Route) -> str:
    return route.name


def _known(cast: Cast) -> dict[str, str]:
    return {"tenant": cast.tenant.slug, "slug": cast.tenant.slug, "namespace": NAMESPACE}


def _is_public(route: Route) -> bool:
    return route.template in PUBLIC or route.template.startswith(PUBLIC_PREFIXES)


@pytest.mark.parametrize("route", ALL, ids=_name)
def test_a_route_stands_in_the_matrix(route: Route) -> None:
    match route.guard:
        case Guard.PUBLIC:
            assert _is_public(route)
        case Guard.UNKNOWN:
            assert _is_public(route) or route.template in SIGNED_IN
        case Guard.TENANT:
            assert route.permission
        case _:
            assert "<slug:tenant>" not in route.template


@pytest.mark.parametrize("route", CLOSED, ids=_name)
def test_nobody_is_let_in_without_a_name(route: Route, shared_cast: Cast) -> None:
    answer = shared_cast.anonymous.request(route.method.upper(), route.path(_known(shared_cast)))

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("route", TENANT, ids=_name)
def test_a_stranger_finds_nothing_not_even_the_tenant(route: Route, shared_cast: Cast) -> None:
    method, path = route.method.upper(), route.path(_known(shared_cast))

    theirs = shared_cast.charlie.request(method, path)
    nowhere = shared_cast.charlie.request(
        method, path.replace(shared_cast.tenant.slug, "no-such-tenant", 1)
    )

    assert theirs.status_code == HTTPStatus.NOT_FOUND
    assert theirs.json() == {**nowhere.json(), "instance": path}


@pytest.mark.parametrize("route", WRITES, ids=_name)
def test_a_viewer_changes_nothing(route: Route, shared_cast: Cast) -> None:
    answer = shared_cast.bob.request(route.method.upper(), route.path(_known(shared_cast)))

    assert answer.status_code in REFUSED


@pytest.mark.parametrize("route", ADMIN, ids=_name)
def test_an_admin_of_a_tenant_is_no_admin_of_the_instance(route: Route, shared_cast: Cast) -> None:
    answer = shared_cast.alice.request(route.method.upper(), route.path(_known(shared_cast)))

    assert answer.status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("route", WORKERS, ids=_name)
def test_nobody_s_token_opens_what_is_for_workers(route: Route, shared_cast: Cast) -> None:
    answer = shared_cast.alice.request(route.method.upper(), route.path(_known(shared_cast)))

    assert answer.status_code == HTTPStatus.UNAUTHORIZED
    assert answer.json()["code"] == "worker.token"


@pytest.mark.parametrize("template", sorted(SIGNED_IN))
def test_what_the_signed_in_may_ask_is_closed_to_others(template: str, shared_cast: Cast) -> None:
    assert shared_cast.anonymous.get(f"/{template}").status_code == HTTPStatus.UNAUTHORIZED
    assert shared_cast.bob.get(f"/{template}").status_code == HTTPStatus.OK


def test_a_tenant_is_hidden_from_those_who_do_not_belong_to_it(shared_cast: Cast) -> None:
    hidden = shared_cast.charlie.get(f"/api/v1/tenants/{shared_cast.tenant.slug}")
    listed = shared_cast.charlie.get("/api/v1/tenants/search").json()["results"]
    deleted = shared_cast.charlie.delete(f"/api/v1/tenants/{shared_cast.tenant.slug}")

    assert (hidden.status_code, deleted.status_code) == (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND)
    assert [row["id"] for row in listed] == [shared_cast.other.slug]
