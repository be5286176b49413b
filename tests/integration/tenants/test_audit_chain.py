"""Whoever changes, removes or adds an entry past the application is found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import connections

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_scope
from tenants.audit_words import Change
from tenants.facade import Head, system_actor, trim_audit, verify_audit
from tenants.models import AuditChain, AuditEntry
from tenants.services import audit
from tests.support.database import Server

Superuser = psycopg.Connection[tuple[object, ...]]
ENTRIES = 6
# One entry of a trail, by its number.
ENTRY = "id = (select entry_id from tenants_auditlink where tenant_id = %(tenant)s and seq = {seq})"


@dataclass(frozen=True)
class Trail:
    """A chain of some entries of nobody's tenant, and somebody who can do anything to it."""

    tenant: UUID
    database: Superuser

    def run(self, statement: str) -> None:
        """Past the application, and past the triggers."""
        self.database.execute("set session_replication_role = replica")
        self.database.execute(statement, {"tenant": self.tenant})


@pytest.fixture
def trail(database: Server) -> Trail:
    tenant = uuid7()
    for at in range(ENTRIES):
        with tenant_scope(tenant):
            audit.record(system_actor("test"), Change.of("role", "created", at))
    name = str(connections["default"].settings_dict["NAME"])
    return Trail(tenant, database.superuser(name))


def _found(trail: Trail) -> list[str]:
    return [finding.what for finding in verify_audit(trail.tenant).findings]


def test_a_trail_that_nobody_touched_is_found_good(trail: Trail) -> None:
    verdict = verify_audit(trail.tenant)

    assert (verdict.checked, verdict.findings) == (ENTRIES, ())
    assert verdict.head.seq == ENTRIES


def test_a_tenant_without_entries_has_an_empty_trail(database: object) -> None:
    assert verify_audit(uuid7()).findings == ()


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            f"update tenants_auditentry set actor_name = 'x' where {ENTRY.format(seq=3)}",
            "was changed",
        ),
        (
            f"update tenants_auditentry set at = at - interval '1 day' where {ENTRY.format(seq=3)}",
            "was changed",
        ),
        (
            f"update tenants_auditentry set body = replace(body, 'role', 'rule') where {ENTRY.format(seq=3)}",
            "was changed",
        ),
        (
            "update tenants_auditlink set hash = previous where tenant_id = %(tenant)s and seq = 3",
            "hash is not that",
        ),
        (
            "delete from tenants_auditlink where tenant_id = %(tenant)s and seq = 3",
            "3 to 3 were removed",
        ),
        (
            "delete from tenants_auditlink where tenant_id = %(tenant)s and seq > 4",
            "up to 6 were removed",
        ),
        (
            "delete from tenants_auditlink where tenant_id = %(tenant)s and seq < 3",
            "1 to 2 were removed",
        ),
        (
            (
                "insert into tenants_auditentry select gen_random_uuid(), tenant_id, at, type, action, resource,"
                " object_id, namespace, actor_id, actor_name, body, digest from tenants_auditentry"
                " where tenant_id = %(tenant)s limit 1"
            ),
            "added past the chain",
        ),
    ],
    ids=["name", "time", "body", "link", "middle", "end", "beginning", "added"],
)
def test_what_was_done_to_it_is_found(trail: Trail, statement: str, what: str) -> None:
    trail.run(statement)

    assert any(what in found for found in _found(trail))


def test_an_entry_with_its_digest_changed_too_is_found(trail: Trail) -> None:
    changed = "replace(body, 'role', 'rule')"
    trail.run(
        f"update tenants_auditentry set action = 'rule.created', body = {changed},"
        f" digest = sha256(convert_to({changed}, 'utf8')) where {ENTRY.format(seq=3)}"
    )

    assert "the link's hash is not that of its entry" in _found(trail)


def test_a_chain_made_anew_is_found_by_the_head_that_was_noted(trail: Trail) -> None:
    noted = verify_audit(trail.tenant).head
    trail.run("delete from tenants_auditlink where tenant_id = %(tenant)s")
    trail.run("delete from tenants_auditentry where tenant_id = %(tenant)s")
    trail.run("delete from tenants_auditchain where tenant_id = %(tenant)s")
    for _ in range(ENTRIES):
        with tenant_scope(trail.tenant):
            audit.record(system_actor("forger"), Change.of("role", "created"))

    assert verify_audit(trail.tenant).findings == ()
    found = verify_audit(trail.tenant, expected=noted).findings
    assert [each.what for each in found] == ["the chain is not the one whose hash was expected"]


def test_a_head_that_was_noted_holds_when_the_trail_grows(trail: Trail) -> None:
    noted = verify_audit(trail.tenant).head
    with tenant_scope(trail.tenant):
        audit.record(system_actor("test"), Change.of("role", "created"))

    assert verify_audit(trail.tenant, expected=Head.read(str(noted))).findings == ()
    beyond = Head(99, noted.hash)
    assert verify_audit(trail.tenant, expected=beyond).findings[0].what.startswith("the expected")


@pytest.mark.parametrize("text", ["", "5", "x:ab", f"5:{'a' * 63}"])
def test_a_head_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="as it was printed"):
        Head.read(text)


@pytest.fixture
def as_owner() -> Callable[[Trail, timedelta], int]:
    """Clean-up, and the connection of the tables' owner closed again."""

    def trim(trail: Trail, age: timedelta) -> int:
        try:
            return trim_audit(age)
        finally:
            connections["owner"].close()

    return trim


def test_old_entries_go_and_the_rest_can_still_be_checked(
    trail: Trail, as_owner: Callable[[Trail, timedelta], int]
) -> None:
    noted = verify_audit(trail.tenant).head
    # Their bodies say another time, so they are made old together, as if the clock had gone on.
    trail.run(
        "update tenants_auditentry e set at = at - interval '500 days' from tenants_auditlink l"
        " where l.tenant_id = %(tenant)s and l.entry_id = e.id and l.seq <= 4"
    )

    assert as_owner(trail, timedelta(days=400)) >= 4

    with tenant_scope(trail.tenant):
        assert AuditEntry.objects.count() == ENTRIES - 4
        assert AuditChain.objects.get().floor_seq == 4
    verdict = verify_audit(trail.tenant, expected=noted)
    assert (verdict.checked, verdict.findings) == (2, ())
    trail.run("delete from tenants_auditlink where tenant_id = %(tenant)s and seq = 5")
    assert "entries 5 to 5 were removed" in _found(trail)


def test_what_was_committed_late_is_kept_as_long_as_what_stands_before_it(
    trail: Trail, as_owner: Callable[[Trail, timedelta], int]
) -> None:
    trail.run(
        "update tenants_auditentry e set at = at - interval '500 days' from tenants_auditlink l"
        " where l.tenant_id = %(tenant)s and l.entry_id = e.id and l.seq in (1, 3)"
    )

    as_owner(trail, timedelta(days=400))

    with tenant_scope(trail.tenant):
        assert AuditChain.objects.get().floor_seq == 1
        assert AuditEntry.objects.count() == ENTRIES - 1


def test_a_trail_can_go_as_a_whole_and_begin_again(
    trail: Trail, as_owner: Callable[[Trail, timedelta], int]
) -> None:
    as_owner(trail, timedelta(days=-1))
    with tenant_scope(trail.tenant):
        audit.record(system_actor("test"), Change.of("role", "created"))

    verdict = verify_audit(trail.tenant)

    assert (verdict.checked, verdict.head.seq, verdict.findings) == (1, ENTRIES + 1, ())
