"""The audit trail as people read it: searched, compared, exported, and by whom."""

from __future__ import annotations

from http import HTTPStatus

import orjson

from downbeat.common.scope import tenant_scope
from tenants.models import AuditEntry
from tests.support.cast import Cast
from tests.support.people import bind, newcomer, role_id


def entries_of(cast: Cast) -> list[AuditEntry]:
    with tenant_scope(cast.tenant.id):
        return list(AuditEntry.objects.order_by("at", "id"))


def test_the_trail_is_searched_compared_and_exported(cast: Cast) -> None:
    made = cast.alice.post(f"{cast.api}/groups", {"name": "=one"}).json()["id"]
    cast.alice.put(f"{cast.api}/groups/{made}", {"name": "two"})
    logs = f"{cast.api}/auditlogs"

    found = cast.alice.get(f"{logs}/search?filters[id][EQUALS]={made}&sort=date:asc").json()
    typed = cast.alice.get(f"{logs}/search?filters[type][IN]=CREATE&filters[q][EQUALS]=group")
    unknown = cast.alice.get(f"{logs}/search?filters[nothing][EQUALS]=x")
    one, two = (row["auditLog"] for row in found["results"])
    diff = cast.alice.get(f"{logs}/{two['id']}/diff").json()
    since = cast.alice.get(f"{logs}/{two['id']}/diff?previousId={one['id']}").json()
    history = cast.alice.get(f"{logs}/history/{made}").json()
    newest = cast.alice.post(f"{logs}/find", {"resource": "GROUP", "detail": {"id": made}}).json()
    table = b"".join(cast.alice.get(f"{logs}/export").streaming_content).decode()
    lines = b"".join(
        cast.alice.get(f"{logs}/export?format=jsonl&filters[id][EQUALS]={made}").streaming_content
    ).decode()

    assert [one["type"], two["type"]] == ["CREATE", "UPDATE"]
    assert two["seq"] == one["seq"] + 1 and len(two["hash"]) == 64
    assert two["appliedPatch"] == [{"op": "replace", "path": "/name", "value": "two"}]
    assert '"=one"' in diff["before"] and '"two"' in diff["after"]
    assert since == diff
    assert [row["id"] for row in history] == [two["id"], one["id"]]
    assert newest["auditLog"]["id"] == two["id"]
    assert typed.json()["total"] == 1
    assert unknown.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert table.splitlines()[0].startswith("seq,date,type,action,resource,id")
    assert [orjson.loads(line)["id"] for line in lines.splitlines()] == [one["id"], two["id"]]
    exports = [row.action for row in entries_of(cast) if row.type == "EXPORT"]
    assert exports == ["audit.exported", "audit.exported"]


def test_the_trail_is_for_those_who_see_all_of_the_tenant(cast: Cast) -> None:
    lead = newcomer()
    bind(cast, lead.id, role_id(cast, "Admin"), "company.data")

    answer = lead.member.get(f"{cast.api}/auditlogs/search")

    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert cast.bob.get(f"{cast.api}/auditlogs/search").status_code == HTTPStatus.NOT_FOUND


def test_the_trail_of_the_instance_is_for_its_admins(cast: Cast) -> None:
    operator = newcomer(admin=True)
    dora = newcomer()
    operator.member.patch(f"/api/v1/users/{dora.id}/instanceowner", {"instanceOwner": True})
    search = f"/api/v1/auditlogs/search?filters[id][EQUALS]={dora.id}"

    found = operator.member.get(search).json()["results"]
    exported = operator.member.get("/api/v1/auditlogs/export?format=jsonl")

    assert found[0]["auditLog"]["appliedPatch"] == [
        {"op": "replace", "path": "/instanceOwner", "value": True}
    ]
    assert dora.id in b"".join(exported.streaming_content).decode()
    assert cast.alice.get(search).status_code == HTTPStatus.FORBIDDEN


def test_the_chain_is_verified_over_http_against_a_head_that_was_noted(cast: Cast) -> None:
    cast.alice.post(f"{cast.api}/groups", {"name": "noted"})
    chain = f"{cast.api}/auditlogs/chain"

    noted = cast.alice.get(chain).json()
    cast.alice.post(f"{cast.api}/groups", {"name": "later"})
    later = cast.alice.get(f"{chain}?expected={noted['head']}").json()
    other = cast.alice.get(f"{chain}?expected={noted['seq']}:{'0' * 64}").json()
    nonsense = cast.alice.get(f"{chain}?expected=yesterday")

    assert noted["intact"] and noted["checked"] == noted["seq"] > 0
    assert later["intact"] and later["seq"] > noted["seq"]
    assert not other["intact"] and other["findings"][0]["seq"] == noted["seq"]
    assert nonsense.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert cast.bob.get(chain).status_code == HTTPStatus.NOT_FOUND


def test_the_chain_of_the_instance_is_for_its_admins(cast: Cast) -> None:
    operator = newcomer(admin=True)
    operator.member.patch(f"/api/v1/users/{newcomer().id}/instanceowner", {"instanceOwner": True})
    chain = "/api/v1/auditlogs/chain"

    verdict = operator.member.get(chain).json()

    assert verdict["intact"] and verdict["checked"] > 0
    assert cast.alice.get(chain).status_code == HTTPStatus.FORBIDDEN


def test_people_of_the_instance_are_found_by_a_part_of_their_address() -> None:
    operator, dora = newcomer(admin=True), newcomer()

    found = operator.member.get(f"/api/v1/users?filters[q][EQUALS]={dora.email[:20]}").json()
    none = operator.member.get("/api/v1/users?filters[q][EQUALS]=nobody-is-called-so").json()

    assert dora.id in [row["id"] for row in found["results"]]
    assert none["total"] == 0
