"""What the audit trail costs: the same writes with and without an entry, turn by turn, and the ratio.

Run: ``python -m pytest tests/bench/bench_audit.py -s`` (prints; asserts nothing about time).
``BENCH_WRITES`` sets how often each write is made. Both ways take turns, so that what else the
machine does is in both.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Final
from uuid import UUID

import pytest
from django.db import connection

from downbeat.common.scope import tenant_scope
from tests.integration.conftest import cast, database
from tests.support.cast import NAMESPACE, Cast

__all__ = ["cast", "database"]

WRITES: Final = int(os.environ.get("BENCH_WRITES", "400"))
FLOW: Final = (
    "id: f{n}\nnamespace: {namespace}\ntasks: [{{id: a, type: core.log.Log, message: x}}]\n"
)
Write = Callable[[Cast, int], Any]


def _secret(cast: Cast, number: int) -> Any:
    body = {"key": "TOKEN", "value": f"value {number}"}
    return cast.alice.put(f"{cast.api}/namespaces/{NAMESPACE}/secrets", body)


def _pair(cast: Cast, number: int) -> Any:
    path = f"{cast.api}/namespaces/{NAMESPACE}/kv/limit"
    return cast.alice.put(path, str(number), type="text/plain")


def _flow(cast: Cast, number: int) -> Any:
    text = FLOW.format(n=number, namespace=NAMESPACE)
    return cast.alice.post(f"{cast.api}/flows", text, type="application/x-yaml")


def _role(cast: Cast, number: int) -> Any:
    body = {"name": f"role {number}", "permissions": ["flow.view"]}
    return cast.alice.post(f"{cast.api}/roles", body)


KINDS: Final[dict[str, Write]] = {
    "a secret": _secret,
    "a pair": _pair,
    "a flow": _flow,
    "a role": _role,
}


@contextmanager
def unrecorded(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is entered: neither by services nor by the net under requests."""
    with patch.context() as patched:
        for door in ("tenants.services.audit.record", "tenants.facade.record"):
            patched.setattr(door, lambda *_args, **_facts: UUID(int=0))
        patched.setattr("tenants.services.audit.following", lambda _trail: nullcontext())
        yield


def _timed(write: Write, cast: Cast, number: int) -> float:
    began = time.perf_counter()
    answer = write(cast, number)
    took = time.perf_counter() - began
    assert answer.status_code < 300, answer.content
    return took * 1000


def _entries(cast: Cast) -> int:
    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        cursor.execute("select count(*) from tenants_auditentry")
        return int(cursor.fetchone()[0])


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_a_write_with_and_without_its_entry(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    write, before = KINDS[kind], _entries(cast)
    with_entry: list[float] = []
    without: list[float] = []

    for number in range(WRITES):
        with_entry.append(_timed(write, cast, 2 * number))
        with unrecorded(monkeypatch):
            without.append(_timed(write, cast, 2 * number + 1))

    assert _entries(cast) - before == WRITES
    recorded, bare = statistics.median(with_entry), statistics.median(without)
    print(
        f"\n{kind:10} with an entry {recorded:7.2f} ms   without {bare:7.2f} ms"
        f"   {recorded / bare:.2f} x   (median of {WRITES})"
    )
