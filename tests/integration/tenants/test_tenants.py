"""Tenants come with everything they need, and go with everything they had."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest

from downbeat.common import events
from downbeat.common.errors import Conflict
from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from tenants.contracts import TenantDeleting
from tenants.facade import create_instance_admin_token, tenant_of_slug
from tenants.models import Namespace, User
from tenants.selectors.tables import tenant_tables
from tests.support.cast import Cast, Member


@pytest.fixture
def operator(database: object) -> Member:
    return Member(None, create_instance_admin_token("operator"))


def test_whoever_makes_a_tenant_is_its_admin_at_once(operator: Member) -> None:
    made = operator.post("/api/v1/tenants", {"id": "fresh", "name": "Fresh"})
    namespace = operator.post("/api/v1/fresh/namespaces", {"id": "a"})
    gone = operator.delete("/api/v1/tenants/fresh?confirm=fresh")

    assert made.json()["id"] == "fresh"
    assert namespace.status_code == HTTPStatus.OK
    assert gone.status_code == HTTPStatus.NO_CONTENT
    assert operator.get("/api/v1/fresh/namespaces/search").status_code == HTTPStatus.NOT_FOUND


def test_an_admin_of_the_instance_has_no_right_in_a_tenant_of_others(
    operator: Member, cast: Cast
) -> None:
    assert operator.get(f"{cast.api}/namespaces/search").status_code == HTTPStatus.NOT_FOUND
    assert operator.get(f"/api/v1/tenants/{cast.tenant.slug}").status_code == HTTPStatus.OK


def test_a_tenant_goes_with_everything_and_leaves_the_other_alone(cast: Cast) -> None:
    cast.alice.put(f"{cast.api}/namespaces/company.data/secrets", {"key": "K", "value": "v"})
    cast.alice.post(f"{cast.api}/groups", {"name": "analysts"})
    storage_for(cast.tenant.id).put("a/b", b"x")

    answer = cast.alice.delete(f"/api/v1/tenants/{cast.tenant.slug}?confirm={cast.tenant.slug}")

    assert answer.status_code == HTTPStatus.NO_CONTENT
    assert tenant_of_slug(cast.tenant.slug) is None
    assert not storage_for(cast.tenant.id).exists("a/b")
    with tenant_scope(cast.tenant.id):
        assert Namespace.objects.count() == 0
    with tenant_scope(cast.other.id):
        assert Namespace.objects.count() == 1
    assert cast.alice.user
    assert User.objects.filter(id=cast.alice.user.id).exists()


def test_a_slug_can_be_used_again_for_another_tenant(operator: Member) -> None:
    ids = []
    for _ in range(2):
        operator.post("/api/v1/tenants", {"id": "again", "name": "x"})
        found = tenant_of_slug("again")
        assert found
        ids.append(found.id)
        assert operator.post("/api/v1/again/namespaces", {"id": "a"}).status_code == HTTPStatus.OK
        operator.delete("/api/v1/tenants/again?confirm=again")

    assert ids[0] != ids[1]


class StillBusy(Conflict):
    """Executions run."""

    code = "test.busy"


@pytest.fixture
def busy() -> Iterator[set[str]]:
    slugs: set[str] = set()

    def refuse(event: TenantDeleting) -> None:
        if event.slug in slugs:
            raise StillBusy

    events.subscribe(TenantDeleting, refuse)
    yield slugs
    slugs.clear()


def test_a_tenant_that_works_stays(cast: Cast, busy: set[str]) -> None:
    busy.add(cast.tenant.slug)

    answer = cast.alice.delete(f"/api/v1/tenants/{cast.tenant.slug}?confirm={cast.tenant.slug}")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert cast.alice.get(f"{cast.api}/namespaces/company").status_code == HTTPStatus.OK


@pytest.mark.parametrize("slug", ["me", "Acme", "a b", "x" * 64, "tenants"])
def test_a_slug_that_is_an_address_of_the_instance_is_refused(operator: Member, slug: str) -> None:
    answer = operator.post("/api/v1/tenants", {"id": slug, "name": "x"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["code"] == "tenant.invalid"


def test_a_slug_that_is_taken_is_a_conflict(operator: Member, cast: Cast) -> None:
    answer = operator.post("/api/v1/tenants", {"id": cast.tenant.slug, "name": "x"})

    assert answer.status_code == HTTPStatus.CONFLICT


def test_tables_are_emptied_before_those_they_point_at(database: object) -> None:
    order = tenant_tables()

    assert order.index("tenants_binding") < order.index("tenants_role")
    assert order.index("tenants_secret") < order.index("tenants_namespace")
