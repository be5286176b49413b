"""Sends what audit trails gained to their streams: in order, each entry at least once.

Theory of operation. A stream's cursor is a place in its chain. Whoever takes the stream's lease
reads the entries behind the cursor, hands them over outside of any transaction, and moves the
cursor by compare-and-set on the lease's epoch. A process that dies in between leaves the cursor
where it was, so the batch goes out again: receivers tell repeated entries by their `seq`. A
receiver that does not answer is asked again, later and later, for ever: the trail itself is the
queue. One that says "never" gets the batch as single entries, and those that it refuses become dead
letters, which are shown and can be sent again. Entries that were too old before they were taken
leave a dead letter that says so.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connections

from downbeat.common.errors import AppError
from downbeat.common.scope import tenant_scope
from tenants.life_errors import NothingToSend
from tenants.models import AuditChain, AuditDeadLetter, AuditLink, AuditStream, Tenant
from tenants.services import keys
from tenants.services.audit import INSTANCE
from tenants.services.audit_receivers import (
    Entry,
    NotTakenError,
    Receiver,
    RefusedError,
    guarded_for,
    hand_over,
)

BATCH: Final = 100
LEASE: Final = timedelta(seconds=60)
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 3600.0
_CLAIM: Final = """
with due as (
    select s.id from tenants_auditstream s
      join tenants_auditchain c on c.tenant_id = s.tenant_id and c.seq > s.seq
     where s.enabled and s.next_at <= now() and (s.lease_until is null or s.lease_until < now())
     order by s.next_at limit 1
     for update of s skip locked
)
update tenants_auditstream s
   set epoch = s.epoch + 1, lease_until = clock_timestamp() + %s from due
 where s.id = due.id
returning s.tenant_id, s.id, s.epoch
"""
_MOVE: Final = """
update tenants_auditstream
   set seq = greatest(seq, %(seq)s), failures = %(failures)s, error = %(error)s,
       lease_until = null, next_at = now() + make_interval(secs => %(pause)s),
       delivered_at = case when %(taken)s then now() else delivered_at end
 where tenant_id = %(tenant)s and id = %(id)s and epoch = %(epoch)s
"""


@dataclass(frozen=True)
class _Turn:
    """A stream under our lease, with what is to be sent."""

    tenant_id: UUID
    id: UUID
    epoch: int
    failures: int
    entries: tuple[Entry, ...]
    stream: AuditStream


def deliver_due() -> bool:
    """Takes one stream that has something to send and sends a batch; whether there was one."""
    with connections["system"].cursor() as cursor:
        facts: list[Any] = [LEASE]
        cursor.execute(_CLAIM, facts)
        row = cursor.fetchone()
    if row is None:
        return False
    turn = _read(*row)
    if turn is not None:
        _send(turn)
    return True


def resend(tenant_id: UUID, stream_id: UUID, letter_id: UUID) -> None:
    """Sends the entries of a dead letter again; it is gone when the receiver takes them.

    Raises NothingToSend when they are too old by now, and NotTakenError.
    """
    with tenant_scope(tenant_id):
        stream = AuditStream.objects.get(id=stream_id)
        letter = AuditDeadLetter.objects.get(id=letter_id, stream_id=stream_id)
        entries = _entries(letter.first - 1, last=letter.last)
        receiver = _receiver(stream)
    if not entries:
        raise NothingToSend(first=letter.first, last=letter.last)
    hand_over(receiver, entries)
    with tenant_scope(tenant_id):
        AuditDeadLetter.objects.filter(id=letter_id).delete()


def try_out(tenant_id: UUID, stream_id: UUID) -> None:
    """Sends the newest entry of the trail, so that somebody sees whether a stream works.

    Raises NotTakenError. The cursor stays.
    """
    with tenant_scope(tenant_id):
        stream = AuditStream.objects.get(id=stream_id)
        chain = AuditChain.objects.first()
        entries = _entries(chain.seq - 1) if chain and chain.seq else ()
        receiver = _receiver(stream)
    if not entries:
        raise NothingToSend(first=0, last=0)
    hand_over(receiver, entries[:1])


def _read(tenant_id: UUID, id: UUID, epoch: int) -> _Turn | None:
    with tenant_scope(tenant_id):
        stream = AuditStream.objects.get(id=id)
        floor = AuditChain.objects.values_list("floor_seq", flat=True).get()
        if floor > stream.seq:
            told = "These entries were older than the trail is kept before they could be sent."
            _bury(id, stream.seq + 1, floor, told)
            AuditStream.objects.filter(id=id, epoch=epoch).update(seq=floor)
        entries = _entries(max(stream.seq, floor))
        if not entries:
            AuditStream.objects.filter(id=id, epoch=epoch).update(lease_until=None)
            return None
        return _Turn(tenant_id, id, epoch, stream.failures, entries, stream)


def _entries(after: int, *, last: int | None = None) -> tuple[Entry, ...]:
    rows = AuditLink.objects.filter(seq__gt=after).select_related("entry").order_by("seq")
    if last is not None:
        rows = rows.filter(seq__lte=last)
    return tuple(
        Entry(row.seq, row.entry.type, row.entry.at, row.entry.body, bytes(row.hash).hex())
        for row in rows[:BATCH]
    )


def _receiver(stream: AuditStream) -> Receiver:
    """Who takes the entries; raises NotTakenError when the stream's secret cannot be opened."""
    instance = stream.tenant_id == INSTANCE
    slugs = Tenant.objects.filter(id=stream.tenant_id).values_list("slug", flat=True)
    return Receiver(
        id=str(stream.id),
        tenant="" if instance else slugs.first() or "",
        kind=stream.kind,
        config=stream.config,
        secret=_secret(stream) if stream.secret else "",
        guarded=guarded_for(of_instance=instance),
    )


def _secret(stream: AuditStream) -> str:
    try:
        return keys.decrypt(stream.secret, context=context_of(stream))
    except AppError as problem:  # One stream's lost key is no reason to stop the others.
        raise NotTakenError(f"The stream's secret cannot be opened: {problem}") from None


def context_of(stream: AuditStream) -> str:
    """What a stream's sealed secret is authenticated with."""
    return f"{stream.tenant_id}|audit-stream|{stream.id}"


def _send(turn: _Turn) -> None:
    last = turn.entries[-1].seq
    try:
        with tenant_scope(turn.tenant_id):
            receiver = _receiver(turn.stream)
        hand_over(receiver, turn.entries)
    except RefusedError:
        _send_singly(turn, receiver)
    except NotTakenError as problem:
        _wait(turn, problem)
    else:
        _move(turn, seq=last, taken=True)


def _send_singly(turn: _Turn, receiver: Receiver) -> None:
    """A batch was refused for good: each of its entries is offered alone, the refused ones buried."""
    for one in turn.entries:
        try:
            hand_over(receiver, [one])
        except RefusedError as problem:
            with tenant_scope(turn.tenant_id):
                _bury(turn.id, one.seq, one.seq, str(problem))
        except NotTakenError as problem:
            _wait(turn, problem, seq=one.seq - 1)
            return
    _move(turn, seq=turn.entries[-1].seq, taken=True)


def _bury(stream_id: UUID, first: int, last: int, error: str) -> None:
    AuditDeadLetter.objects.get_or_create(
        stream_id=stream_id, first=first, last=last, defaults={"error": error[:500]}
    )


def _wait(turn: _Turn, problem: NotTakenError, *, seq: int = 0) -> None:
    """Later, and each time later: half of the pause is chance, so that receivers are not stormed."""
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(turn.failures, 20))
    pause *= 0.5 + random.random() / 2
    _move(turn, seq=seq, failures=turn.failures + 1, error=str(problem), pause=pause)


def _move(turn: _Turn, *, seq: int, taken: bool = False, **more: Any) -> None:
    facts = {
        "failures": 0,
        "error": "",
        "pause": 0.0,
        **more,
        "seq": seq,
        "taken": taken,
        "tenant": turn.tenant_id,
        "id": turn.id,
        "epoch": turn.epoch,
    }
    with tenant_scope(turn.tenant_id), connections["default"].cursor() as cursor:
        cursor.execute(_MOVE, facts)


def lag(stream: AuditStream, chain: AuditChain | None) -> int:
    """How many entries a stream has still to send."""
    return max(0, (chain.seq if chain else 0) - stream.seq)


def buried(streams: Sequence[UUID]) -> dict[UUID, int]:
    """How many dead letters each stream has; call inside the scope."""
    found: dict[UUID, int] = {}
    for id in AuditDeadLetter.objects.filter(stream_id__in=streams).values_list(
        "stream_id", flat=True
    ):
        found[id] = found.get(id, 0) + 1
    return found
