"""Nothing of another tenant comes out, wherever it is asked for, and whichever lock is off.

A run sends a tenth of the probes, the same each time; `ISOLATION=whole` sends all: 20,000 with
every lock on, as many with row-level security alone, as many with the queries alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from http import HTTPStatus
from typing import Any, Final

import pytest

from tests.integration.isolation import locks, probes
from tests.integration.isolation.actors import Company
from tests.integration.isolation.locks import Rows
from tests.integration.isolation.probes import ID, KINDS, Drawing, Probe
from tests.integration.isolation.share import PARTS, SEED, WHOLE
from tests.integration.isolation.undone import undone
from tests.support.database import Server

PROBES: Final = 20_000
LOCKS: Final = ("every lock", "policies alone", "queries alone")
SAFE: Final = frozenset({"GET"})


@pytest.fixture(scope="module")
def theirs(company: Company, database: Server) -> Rows:
    """The rows of the other tenant."""
    with undone():
        return Rows.of(database, company.there.tenant.id)


@pytest.fixture
def held(
    request: pytest.FixtureRequest, database: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The lock or locks that are on."""
    name = str(request.param)
    off: AbstractContextManager[None] = nullcontext()
    if name == "policies alone":
        off = locks.without_the_manager(monkeypatch)
    elif name == "queries alone":
        off = locks.without_policies(database)
    with off:
        yield name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("held", LOCKS, indirect=True)
def test_nothing_of_the_other_tenant_comes_out(
    company: Company, theirs: Rows, held: str, kind: str
) -> None:
    each = PROBES // len(KINDS)
    count = each if WHOLE else each // PARTS // (1 if held == LOCKS[0] else 4)
    drawing = Drawing(company, theirs.ids, f"{SEED} {held} {kind}")

    found = [
        told
        for probe in drawing.probes(KINDS[kind], count)
        if (told := _harm(company, theirs, probe))
    ]

    assert found == []


def _harm(company: Company, theirs: Rows, probe: Probe) -> str | None:
    """What a probe has brought to light or changed; nothing for a harmless one."""
    what, slug = probe.what, company.there.tenant.slug
    with undone():
        answer = company.askers[probe.who].ask(what.method, what.path, what.body, what.type)
        leaked = probes.leaked(what, answer, theirs.ids, slug)
        harmed = theirs.harmed() if what.method not in SAFE else []
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and not _unsupported(probe, answer):
        return f"{probe} -> {answer.status_code}"
    if leaked or harmed:
        return f"{probe} -> {answer.status_code} tells {sorted(leaked)}, changes {harmed}"
    return None


def _unsupported(probe: Probe, answer: Any) -> bool:
    """Whether RFC 7644 (3.11) asks for that very answer: a directory has no `/Me` here."""
    here = "/scim/v2/Me" in probe.what.path
    return here and answer.status_code == HTTPStatus.NOT_IMPLEMENTED


def test_the_other_tenant_is_full_of_canaries(company: Company) -> None:
    stranger, there = company.askers["stranger"], company.there
    lists = ("flows/search", "executions/search", "logs/search", "tenant-access", "groups/search")

    found = {
        name: len(probes.named(stranger.ask("GET", f"{there.api}/{name}").content.decode()))
        for name in lists
    }

    assert min(found.values()) > 0, found


def test_with_both_locks_off_the_probes_see_what_is_there(
    company: Company, theirs: Rows, database: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = Drawing(company, theirs.ids, f"{SEED} open")
    kind = KINDS["their ids in the path"]

    with locks.without_the_manager(monkeypatch), locks.without_policies(database):
        found = [_harm(company, theirs, probe) for probe in drawing.probes(kind, 400)]

    assert sum(told is not None for told in found) > 5


@pytest.mark.parametrize("kind", ["their ids in the path", "their things in path and body"])
def test_what_is_there_and_what_is_nowhere_are_told_apart_by_nothing(
    company: Company, theirs: Rows, kind: str
) -> None:
    drawing = Drawing(company, theirs.ids, f"{SEED} nowhere {kind}")
    made = drawing.probes(KINDS[kind], len(probes.ROWS))

    differing = [str(probe) for probe in made if _differs(company, theirs, probe)]

    assert differing == []


def _differs(company: Company, theirs: Rows, probe: Probe) -> bool:
    """Whether the owner is told something else of a thing of theirs than of one that is nowhere."""
    what = probe.what
    if not any(id in theirs.ids for id in ID.findall(what.path)):
        return False
    owner = company.askers["owner"]
    nowhere = ID.sub("01900000-0000-7000-8000-000000000000", what.path)
    with undone():
        there = owner.ask(what.method, what.path, what.body, what.type)
    with undone():
        gone = owner.ask(what.method, nowhere, what.body, what.type)
    return _blank(there) != _blank(gone)


def _blank(answer: object) -> tuple[int, str]:
    content = getattr(answer, "content", b"")
    return getattr(answer, "status_code", 0), ID.sub("", content.decode())
