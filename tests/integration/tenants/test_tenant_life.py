"""A tenant rests, works again, and goes with everything: over HTTP."""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from psycopg import sql

from downbeat.common.scope import tenant_scope
from downbeat.common.storage import storage_for
from tenants.facade import INSTANCE, create_instance_admin_token
from tenants.models import ApiToken, AuditEntry, Role, Tenant, User
from tenants.pictures import LARGEST_BYTES
from tenants.services import removal
from tenants.services.removal import continue_removals
from tests.support.cast import NAMESPACE, Cast, Member

NOW = timedelta(0)
FLOW = f"id: daily\nnamespace: {NAMESPACE}\ntasks: [{{id: a, type: core.log.Log, message: x}}]\n"
YAML = "application/x-yaml"


@pytest.fixture(scope="module")
def operator(database: object) -> Member:
    return Member(None, create_instance_admin_token("operator of lives"))


def _at(cast: Cast, *more: str) -> str:
    return "/".join(["/api/v1/tenants", cast.tenant.slug, *more])


def _suspend(operator: Member, cast: Cast, running: str = "FINISH") -> Any:
    body = {"reason": "unpaid", "running": running}
    return operator.post(_at(cast, "suspend"), body)


def test_a_suspended_tenant_is_read_and_not_changed(operator: Member, cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/flows", FLOW, type=YAML)

    suspended = _suspend(operator, cast)
    read = cast.alice.get(f"{cast.api}/flows/{NAMESPACE}/daily")
    changed = cast.alice.put(f"{cast.api}/namespaces/{NAMESPACE}", {"description": "x"})
    started = cast.alice.post(f"{cast.api}/executions/{NAMESPACE}/daily")
    renamed = cast.alice.put(_at(cast), {"name": "Free again"})

    assert suspended.json()["suspended"]["reason"] == "unpaid"
    assert read.status_code == HTTPStatus.OK
    for refused in (changed, started, renamed):
        assert (refused.status_code, refused.json()["code"]) == (403, "tenant.suspended")
        assert "unpaid" in refused.json()["detail"]


def test_a_resumed_tenant_works_again(operator: Member, cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/flows", FLOW, type=YAML)
    _suspend(operator, cast)

    resumed = operator.post(_at(cast, "resume"))
    again = operator.post(_at(cast, "resume"))
    started = cast.alice.post(f"{cast.api}/executions/{NAMESPACE}/daily")

    assert resumed.json()["suspended"] is None
    assert again.json()["code"] == "tenant.not_suspended"
    assert started.status_code == HTTPStatus.OK


def test_only_the_instance_suspends_and_resumes(operator: Member, cast: Cast) -> None:
    own = cast.alice.post(_at(cast, "suspend"), {"reason": "holidays"})
    _suspend(operator, cast)
    lifted = cast.alice.post(_at(cast, "resume"))

    assert (own.status_code, lifted.status_code) == (403, 403)


def test_a_suspension_says_why(operator: Member, cast: Cast) -> None:
    assert operator.post(_at(cast, "suspend"), {}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_both_trails_record_a_suspension(operator: Member, cast: Cast) -> None:
    _suspend(operator, cast)

    for tenant_id in (cast.tenant.id, INSTANCE):
        with tenant_scope(tenant_id):
            found = AuditEntry.objects.filter(action="tenant.suspended", object_id=cast.tenant.slug)
            assert '"reason":"unpaid"' in found.get().body


def _tables_naming_a_tenant() -> list[tuple[str, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns"
            " where column_name in ('tenant_id', 'home_tenant_id')"
            " and table_schema = current_schema()"
        )
        return [(table, column) for table, column in cursor.fetchall()]


def _rows_of(cast: Cast) -> dict[str, int]:
    found = {}
    with connections["owner"].cursor() as cursor:
        for table, column in _tables_naming_a_tenant():
            names = (sql.Identifier(table), sql.Identifier(column))
            statement = sql.SQL("select count(*) from {} where {} = %s").format(*names)
            cursor.execute(statement, [cast.tenant.id])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


def _fill(cast: Cast) -> None:
    a, api = cast.alice, cast.api
    a.post(f"{api}/flows", FLOW, type=YAML)
    a.post(f"{api}/executions/{NAMESPACE}/daily?wait=false")
    with tenant_scope(cast.tenant.id), connections["default"].cursor() as cursor:
        cursor.execute("update execution set state = 'SUCCESS', ended_at = now()")
    a.put(f"{api}/namespaces/{NAMESPACE}/secrets", {"key": "K", "value": "v"})
    a.put(f"{api}/namespaces/{NAMESPACE}/kv/answer", "42")
    a.post(f"{api}/groups", {"name": "analysts"})
    account = a.post(f"{api}/service-accounts", {"name": "ci"}).json()["id"]
    a.post(f"{api}/service-accounts/{account}/api-tokens", {"name": "t"})
    a.put(f"{api}/retention", {"logs": 3})
    storage_for(cast.tenant.id).put("a/b", b"x")


def test_a_deleted_tenant_leaves_no_row_and_no_file_but_its_trail(cast: Cast) -> None:
    _fill(cast)
    before = _rows_of(cast)
    assert {"execution", "tenants_secret", "tenants_user", "tenants_retention"} <= set(before)

    cast.alice.delete(f"{_at(cast)}?confirm={cast.tenant.slug}")
    continue_removals(quarantine=NOW)

    left = {table for table in _rows_of(cast) if not table.startswith("tenants_audit")}
    assert left == set()
    assert not Tenant.objects.filter(id=cast.tenant.id).exists()
    assert not User.objects.filter(home_tenant_id=cast.tenant.id).exists()
    assert list(storage_for(cast.tenant.id).list("")) == []
    with tenant_scope(INSTANCE):
        entry = AuditEntry.objects.get(action="tenant.deleted", object_id=cast.tenant.slug)
    assert str(cast.tenant.id) in entry.body


def test_a_deletion_that_confirms_another_tenant_is_refused(cast: Cast) -> None:
    refused = cast.alice.delete(f"{_at(cast)}?confirm=other")

    assert (refused.status_code, refused.json()["code"]) == (422, "tenant.confirm")
    assert cast.alice.get(_at(cast)).status_code == HTTPStatus.OK


def test_a_deletion_that_stopped_goes_on(operator: Member, cast: Cast, monkeypatch: Any) -> None:
    """The process dies right after the deletion was accepted: the scheduler finishes it."""
    monkeypatch.setattr("tenants.services.removal._empty_for", lambda *_: False)
    cast.alice.delete(f"{_at(cast)}?confirm={cast.tenant.slug}")
    monkeypatch.undo()

    hidden = cast.alice.get(f"{cast.api}/namespaces/search").status_code
    shown = [
        row["id"] for row in operator.get("/api/v1/instance/tenant-removals").json()["results"]
    ]
    early = continue_removals()
    late = continue_removals(quarantine=NOW)

    assert hidden == HTTPStatus.NOT_FOUND
    assert cast.tenant.slug in shown
    assert (early, late >= 1) == (0, True)
    assert not Tenant.objects.filter(id=cast.tenant.id).exists()


def test_a_tenant_that_was_found_empty_is_looked_at_once_more_and_no_oftener(
    cast: Cast, monkeypatch: Any
) -> None:
    continue_removals(quarantine=NOW)
    cast.alice.delete(f"{_at(cast)}?confirm={cast.tenant.slug}")
    looked: list[Any] = []
    real = removal._empty_for

    def empty_for(tenant_id: Any, seconds: float) -> bool:
        looked.append(tenant_id)
        return real(tenant_id, seconds)

    monkeypatch.setattr(removal, "_empty_for", empty_for)

    for _ in range(3):
        continue_removals()
    while_young = looked.count(cast.tenant.id)
    with tenant_scope(cast.tenant.id):
        Role.objects.create(name="late", permissions=[])
    continue_removals(quarantine=NOW)

    assert while_young <= 1
    assert looked.count(cast.tenant.id) == while_young + 1
    assert [table for table in _rows_of(cast) if not table.startswith("tenants_audit")] == []
    assert not Tenant.objects.filter(id=cast.tenant.id).exists()


def test_tokens_of_a_deleted_tenants_machines_are_gone(cast: Cast) -> None:
    account = cast.alice.post(f"{cast.api}/service-accounts", {"name": "ci"}).json()["id"]
    made = cast.alice.post(f"{cast.api}/service-accounts/{account}/api-tokens", {"name": "t"})
    machine = Member(None, made.json()["fullToken"])
    assert machine.get("/api/v1/me").status_code == HTTPStatus.OK

    cast.alice.delete(f"{_at(cast)}?confirm={cast.tenant.slug}")

    assert machine.get("/api/v1/me").status_code == HTTPStatus.UNAUTHORIZED
    assert not ApiToken.objects.filter(user_id=account).exists()


def _png(width: int = 2, height: int = 1, *, extra: bytes = b"") -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    text = chunk(b"tEXt", extra) if extra else b""
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + b"\1\2\3" * width) * height))
    return b"\x89PNG\r\n\x1a\n" + header + text + pixels + chunk(b"IEND", b"")


def _send(cast: Cast, content: bytes, name: str = "logo.png") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    headers = {"Authorization": f"Bearer {cast.alice.token}"}
    file = SimpleUploadedFile(name, content)
    return Client().post(_at(cast, "logo"), {"logo": file}, headers=headers)


def test_a_logo_is_served_as_nothing_but_a_picture(module_cast: Cast) -> None:
    sent = _send(module_cast, _png(extra=b"Comment\0<script>alert(1)</script>") + b"<html>")

    shown = module_cast.bob.get(_at(module_cast, "logo"))

    assert sent.json()["width"] == 2
    assert shown.content == _png()
    assert shown["Content-Type"] == "image/png"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Disposition"].startswith("attachment")
    assert module_cast.charlie.get(_at(module_cast, "logo")).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "logo.png"),
        (b"GIF89a", "logo.gif"),
        (_png()[:-5], "logo.png"),
        (_png(5000, 1), "logo.png"),
        (_png().replace(b"IDAT", b"IDAU"), "logo.png"),
        (b"\xff\xd8\xff\xe0", "logo.jpg"),
        (_png() + b"x" * LARGEST_BYTES, "logo.png"),
    ],
)
def test_what_is_no_picture_is_refused(module_cast: Cast, content: bytes, name: str) -> None:
    refused = _send(module_cast, content, name)

    assert (refused.status_code, refused.json()["code"]) == (422, "picture.invalid")


def test_a_tenant_says_whether_it_has_a_logo_and_which(cast: Cast) -> None:
    before = cast.bob.get(_at(cast)).json()["logo"]
    sent = _send(cast, _png()).json()

    renamed = cast.alice.put(_at(cast), {"name": "Acme"}).json()

    assert before is None
    assert (cast.bob.get(_at(cast)).json()["logo"], renamed["logo"]) == (sent["digest"],) * 2


def test_a_logo_can_be_taken_away_and_a_viewer_sets_none(cast: Cast) -> None:
    _send(cast, _png())
    refused = cast.bob.delete(_at(cast, "logo"))

    assert cast.alice.delete(_at(cast, "logo")).status_code == HTTPStatus.NO_CONTENT
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert cast.alice.get(_at(cast, "logo")).status_code == HTTPStatus.NOT_FOUND


def test_settings_are_checked_kept_and_shown_to_whoever_may_enter(cast: Cast) -> None:
    wrong = cast.alice.put(_at(cast), {"settings": {"timezone": "Mars/Olympus"}})
    wish = {"timezone": "Europe/Berlin", "startPage": "flows"}
    cast.alice.put(_at(cast), {"name": "Acme", "settings": wish})
    cast.alice.put(_at(cast), {"name": "Acme Data"})

    mine = cast.bob.get("/api/v1/me").json()["tenants"][0]

    assert wrong.json()["errors"][0]["path"] == "settings.timezone"
    assert (mine["name"], mine["timezone"], mine["startPage"]) == (
        "Acme Data", "Europe/Berlin", "flows",
    )  # fmt: skip


def test_namespaces_may_have_to_exist_before_anything_is_deployed(cast: Cast) -> None:
    cast.alice.put(_at(cast), {"requireExistingNamespace": True})

    refused = cast.alice.post(f"{cast.api}/flows", FLOW.replace(NAMESPACE, "new"), type=YAML)
    made = cast.alice.post(f"{cast.api}/namespaces", {"id": "new"})
    deployed = cast.alice.post(f"{cast.api}/flows", FLOW.replace(NAMESPACE, "new"), type=YAML)

    assert refused.json()["code"] == "namespace.must_exist"
    assert (made.status_code, deployed.status_code) == (200, 200)


def test_retention_flows_down_and_is_never_longer_than_the_instances(cast: Cast) -> None:
    at = f"{cast.api}/namespaces/{NAMESPACE}/retention"
    cast.alice.put(f"{cast.api}/retention", {"executions": 90, "logs": 10})
    cast.alice.put(f"{cast.api}/namespaces/company/retention", {"logs": 5})
    cast.alice.put(at, {"executions": 30})

    shown = cast.bob.get(at).json()
    longer = cast.alice.put(f"{cast.api}/retention", {"executions": 100_000})
    trail = cast.alice.put(f"{cast.api}/retention", {"audit": 1})
    of_bob = cast.bob.put(at, {"logs": 1})

    assert shown["executions"] == {"days": 30, "effective": 30, "source": NAMESPACE}
    assert shown["logs"] == {"days": None, "effective": 5, "source": "company"}
    assert shown["metrics"]["source"] == "instance"
    assert (longer.json()["code"], trail.json()["code"]) == ("retention.range", "retention.range")
    assert of_bob.status_code == HTTPStatus.FORBIDDEN
