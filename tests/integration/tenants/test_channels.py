"""The same rights over ASGI: streams and websockets ask who is there, where from, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import connections
from django.test import Client
from rest_framework.exceptions import NotAuthenticated

from downbeat.common.errors import Denied, NotFound
from tenants.channels import ForeignOrigin, authorize_scope
from tests.support.cast import NAMESPACE, Cast, Member

HOST = b"portal.example:8080"
authorize = async_to_sync(authorize_scope)


@pytest.fixture(autouse=True)
def _no_connection_left() -> Iterator[None]:
    yield
    connections["default"].close()


def _scope(*headers: tuple[bytes, bytes], type: str = "websocket") -> dict[str, Any]:
    return {"type": type, "headers": [(b"host", HOST), *headers], "client": ("127.0.0.1", 1)}


def _bearer(member: Member) -> dict[str, Any]:
    return _scope((b"authorization", f"Bearer {member.token}".encode()))


def _cookie(member: Member) -> bytes:
    assert member.user
    client = Client()
    client.force_login(member.user, backend="tenants.authentication.PasswordBackend")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()).encode()


def test_a_token_opens_what_its_owner_may_see(cast: Cast) -> None:
    actor, tenant = authorize(_bearer(cast.bob), cast.tenant.slug, "execution.view", NAMESPACE)

    assert cast.bob.user
    assert actor.id == cast.bob.user.id
    assert tenant.id == cast.tenant.id


def test_without_a_name_nothing_opens(cast: Cast) -> None:
    with pytest.raises(NotAuthenticated):
        authorize(_scope(), cast.tenant.slug, "execution.view")


def test_a_stranger_finds_no_tenant_and_a_viewer_no_right(cast: Cast) -> None:
    with pytest.raises(NotFound):
        authorize(_bearer(cast.charlie), cast.tenant.slug, "execution.view", NAMESPACE)
    with pytest.raises(NotFound):
        authorize(_bearer(cast.bob), cast.tenant.slug, "execution.view", "company")
    with pytest.raises(Denied):
        authorize(_bearer(cast.bob), cast.tenant.slug, "execution.kill", NAMESPACE)


def test_a_cookie_counts_only_for_a_page_of_ours(cast: Cast) -> None:
    cookie = (b"cookie", _cookie(cast.alice))
    ours = _scope(cookie, (b"origin", b"http://" + HOST))
    foreign = _scope(cookie, (b"origin", b"http://evil.example"))
    silent = _scope(cookie)

    assert authorize(ours, cast.tenant.slug, "execution.view")[1].id == cast.tenant.id
    for scope in (foreign, silent):
        with pytest.raises(ForeignOrigin):
            authorize(scope, cast.tenant.slug, "execution.view")
