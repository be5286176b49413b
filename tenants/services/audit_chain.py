"""Checks the audit trail, and takes old entries away so that the rest can still be checked.

Whoever can change entries in the database can also compute a chain anew. What they cannot do is
give it the hash that somebody wrote down elsewhere: a verification prints the head of the chain,
and takes one that was printed before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connections, transaction

from downbeat.common.scope import tenant_scope
from tenants.models import AuditChain, AuditEntry, AuditLink

BATCH: Final = 2_000
MOST_FINDINGS: Final = 100
OWNER: Final = "owner"
_COLUMNS: Final = {
    "type": "type",
    "action": "action",
    "resource": "resource",
    "objectId": "object_id",
    "namespace": "namespace",
}


@dataclass(frozen=True)
class Head:
    """The end of a chain: how many entries it ever had, and the hash over all of them."""

    seq: int
    hash: str

    @classmethod
    def read(cls, text: str) -> Head:
        """Reads `1042:9f2c…`; raises ValueError."""
        seq, _, digest = text.partition(":")
        if not seq.isdecimal() or len(digest) != 64:
            raise ValueError("write it as it was printed: a number, a colon, 64 digits")
        return cls(int(seq), digest.lower())

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it was written."""

    seq: int | None
    what: str


@dataclass(frozen=True)
class Verdict:
    """What a verification found."""

    checked: int
    head: Head
    findings: tuple[Finding, ...]


def verify(tenant_id: UUID, *, expected: Head | None = None) -> Verdict:
    """Reads the whole trail of a tenant; finds what was changed, removed or added.

    The number of queries grows with the trail by one for each 2,000 entries.
    """
    with tenant_scope(tenant_id):
        chain = AuditChain.objects.first() or AuditChain(tenant_id=tenant_id)
        walk = _Walk(chain.floor_seq, bytes(chain.floor_hash), expected)
        # What is committed while we read comes after the head that we have read first.
        for link in _links(chain.floor_seq, chain.seq):
            walk.step(link)
        walk.end(chain)
        unlinked = AuditEntry.objects.filter(link__isnull=True).values_list("id", flat=True)
        walk.found += [Finding(None, f"entry {id} was added past the chain") for id in unlinked]
    head = Head(walk.seq, walk.hash.hex())
    return Verdict(walk.checked, head, tuple(walk.found[:MOST_FINDINGS]))


class _Walk:
    """Where a verification is: the last good link, and what was found so far."""

    def __init__(self, seq: int, hash: bytes, expected: Head | None) -> None:
        self.seq, self.hash, self.expected = seq, hash, expected
        self.floor = seq
        self.checked = 0
        self.found: list[Finding] = []
        self._compare()

    def step(self, link: AuditLink) -> None:
        """One link and its entry."""
        if link.seq != self.seq + 1:
            self._find(self.seq + 1, f"entries {self.seq + 1} to {link.seq - 1} were removed")
        elif bytes(link.previous) != self.hash:
            self._find(link.seq, "the link does not follow the one before it")
        digest = hashlib.sha256(link.entry.body.encode()).digest()
        if digest != bytes(link.entry.digest) or not _as_its_body(link.entry):
            self._find(link.seq, f"entry {link.entry_id} was changed")
        made = hashlib.sha256(bytes(link.previous) + digest + link.seq.to_bytes(8, "big")).digest()
        if made != bytes(link.hash):
            self._find(link.seq, "the link's hash is not that of its entry")
        self.seq, self.hash = link.seq, bytes(link.hash)
        self.checked += 1
        self._compare()

    def end(self, chain: AuditChain) -> None:
        """The last link has to be the chain's head, and the expected head has to be passed."""
        if (self.seq, self.hash) != (chain.seq, bytes(chain.hash)):
            self._find(self.seq + 1, f"the last entries up to {chain.seq} were removed")
        if self.expected and not self.floor <= self.expected.seq <= self.seq:
            self._find(self.expected.seq, "the expected entry is not in the chain")

    def _compare(self) -> None:
        reached = self.expected is not None and self.seq and self.expected.seq == self.seq
        if reached and self.expected and self.expected.hash != self.hash.hex():
            self._find(self.seq, "the chain is not the one whose hash was expected")

    def _find(self, seq: int, what: str) -> None:
        self.found.append(Finding(seq, what))


def _as_its_body(entry: AuditEntry) -> bool:
    said: dict[str, Any] = orjson.loads(entry.body)
    actor = said["actor"]["id"]
    return (
        all(said[name] == getattr(entry, column) for name, column in _COLUMNS.items())
        and said["id"] == str(entry.id)
        and said["tenantId"] == str(entry.tenant_id)
        and datetime.fromisoformat(said["at"]) == entry.at
        and (UUID(actor) if actor else None) == entry.actor_id
        and said["actor"]["name"] == entry.actor_name
    )


def _links(after: int, last: int) -> Iterator[AuditLink]:
    while True:
        rows: Sequence[AuditLink] = list(
            AuditLink.objects.filter(seq__gt=after, seq__lte=last)
            .select_related("entry")
            .order_by("seq")[:BATCH]
        )
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1].seq


# Tenants may keep less than the instance does, and never more.
_CHAINS: Final = """
    select c.tenant_id, least(%(age)s, coalesce(make_interval(days => r.audit), %(age)s))
      from tenants_auditchain c
      left join tenants_namespace n on n.tenant_id = c.tenant_id and n.path = ''
      left join tenants_retention r on r.tenant_id = n.tenant_id and r.namespace_id = n.id
     where c.seq > c.floor_seq
"""
# Entries are numbered when they are committed, so the first young one ends the old part.
_LAST_OLD: Final = """
    select coalesce(
        (select min(l.seq) - 1 from tenants_auditlink l
           join tenants_auditentry e on e.tenant_id = l.tenant_id and e.id = l.entry_id
          where l.tenant_id = %(tenant)s and e.at >= now() - %(age)s),
        (select max(seq) from tenants_auditlink where tenant_id = %(tenant)s), 0)
"""
_NEW_FLOOR: Final = """
    update tenants_auditchain c set floor_seq = l.seq, floor_hash = l.hash from tenants_auditlink l
     where c.tenant_id = %(tenant)s and l.tenant_id = c.tenant_id and l.seq = %(last)s
       and c.floor_seq < l.seq
"""
_TAKE: Final = """
    with gone as (
        delete from tenants_auditlink where tenant_id = %(tenant)s and seq <= %(last)s
        returning tenant_id, entry_id)
    select entry_id from gone
"""
_TAKE_ENTRIES: Final = """
    delete from tenants_auditentry where tenant_id = %(tenant)s and id = any(%(ids)s)
"""


def trim(age: timedelta) -> int:
    """Takes entries older than that away, of every chain; a tenant's own retention may be shorter.
    Returns how many.

    The hash of the last one that goes stays as the floor of the chain. Works as the owner of the
    tables: the application itself may not delete entries.
    """
    gone = 0
    with connections[OWNER].cursor() as cursor:
        facts: dict[str, Any] = {"age": age}
        cursor.execute(_CHAINS, facts)
        chains = cursor.fetchall()
    for tenant_id, kept in chains:
        gone += _trim_chain(tenant_id, kept)
    return gone


def _trim_chain(tenant_id: UUID, age: timedelta) -> int:
    facts: dict[str, Any] = {"tenant": tenant_id, "age": age}
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(_LAST_OLD, facts)
        facts["last"] = cursor.fetchone()[0]
        cursor.execute(_NEW_FLOOR, facts)
        if not cursor.rowcount:
            return 0
        cursor.execute(_TAKE, facts)
        ids = [id for (id,) in cursor.fetchall()]
        cursor.execute(_TAKE_ENTRIES, {**facts, "ids": ids})
        return len(ids)
