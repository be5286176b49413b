"""Announcements: who publishes them, who reads them, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tenants.facade import create_instance_admin_token
from tests.support.cast import Cast, Member

PAST, FUTURE = "2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"


@pytest.fixture
def operator(database: object) -> Iterator[Member]:
    yield Member(None, create_instance_admin_token("operator"))
    with connection.cursor() as cursor:
        cursor.execute("delete from tenants_instanceannouncement")


def told(cast: Cast, reader: Member) -> list[str]:
    answer = reader.get(f"{cast.api}/banners")
    assert answer.status_code == 200, answer.content
    return [item["message"] for item in answer.json()]


def publish(cast: Cast, message: str, **facts: object) -> dict[str, Any]:
    answer = cast.alice.post(f"{cast.api}/banners", {"message": message, **facts})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_an_admin_tells_the_tenant_and_the_operator_tells_all(cast: Cast, operator: Member) -> None:
    publish(cast, "Deploys stop at noon", type="WARNING")
    above = operator.post("/api/v1/banners", {"message": "New disks tonight", "type": "ERROR"})

    assert above.status_code == 200, above.content
    assert told(cast, cast.bob) == ["New disks tonight", "Deploys stop at noon"]
    shown = cast.bob.get(f"{cast.api}/banners").json()
    assert [(item["type"], item["tenantId"]) for item in shown] == [
        ("ERROR", None),
        ("WARNING", cast.tenant.slug),
    ]
    assert cast.charlie.get(f"{cast.api}/banners").status_code == 404


def test_only_what_is_due_is_told_and_its_publisher_sees_the_rest(cast: Cast) -> None:
    publish(cast, "to come", startDate=FUTURE)
    over = publish(cast, "over", startDate=PAST)
    publish(cast, "now", startDate=PAST, endDate=FUTURE)
    ended = {"message": "over", "startDate": PAST, "endDate": "2001-01-02T00:00:00Z"}
    cast.alice.put(f"{cast.api}/banners/{over['id']}", ended)

    assert told(cast, cast.bob) == ["now"]
    listed = cast.alice.get(f"{cast.api}/banners/search").json()
    assert {item["message"]: item["active"] for item in listed} == {
        "now": True,
        "over": False,
        "to come": False,
    }


def test_what_is_said_anew_or_taken_away_is_read_so_and_audited(cast: Cast) -> None:
    id = publish(cast, "draft", dismissible=False)["id"]

    changed = cast.alice.put(f"{cast.api}/banners/{id}", {"message": "final"})
    assert (changed.status_code, told(cast, cast.bob)) == (200, ["final"])
    assert cast.alice.delete(f"{cast.api}/banners/{id}").status_code == 204
    assert told(cast, cast.bob) == []
    assert cast.alice.delete(f"{cast.api}/banners/{id}").status_code == 404

    trail = cast.alice.get(f"{cast.api}/auditlogs/search?size=100").content.decode()
    for event in ("created", "updated", "deleted"):
        assert f"tenant.announcement_{event}" in trail


@pytest.mark.parametrize(
    "facts",
    [
        {"message": "  "},
        {"message": "x" * 2001},
        {"message": "x", "type": "LOUD"},
        {"message": "x", "startDate": "2026-01-31T08:00:00"},
        {"message": "x", "startDate": FUTURE, "endDate": PAST},
        {"message": "x", "endDate": PAST},
    ],
)
def test_what_cannot_be_announced_is_refused(cast: Cast, facts: dict[str, object]) -> None:
    assert cast.alice.post(f"{cast.api}/banners", facts).status_code == 422


def test_a_viewer_publishes_nothing(cast: Cast, operator: Member) -> None:
    id = publish(cast, "hello")["id"]
    above = operator.post("/api/v1/banners", {"message": "above"}).json()["id"]

    refused = [
        cast.bob.post(f"{cast.api}/banners", {"message": "x"}),
        cast.bob.put(f"{cast.api}/banners/{id}", {"message": "x"}),
        cast.bob.delete(f"{cast.api}/banners/{id}"),
        cast.bob.get(f"{cast.api}/banners/search"),
    ]

    assert {answer.status_code for answer in refused} == {403}
    assert cast.alice.delete(f"{cast.api}/banners/{above}").status_code == 404
    assert cast.alice.post("/api/v1/banners", {"message": "x"}).status_code in {403, 404}
    assert told(cast, cast.bob) == ["above", "hello"]
