"""Where the doorbells of a worker arrive, by NOTIFY or by a Celery message: in its mailbox."""

from __future__ import annotations

from typing import assert_never

from downbeat.common.doorbell import Kind, Ring
from executions.runtime.mailbox import Mailbox

_mailboxes: list[Mailbox] = []


def answer_with(mailbox: Mailbox) -> None:
    """From now on bells of this process ring in that mailbox."""
    _mailboxes[:] = [mailbox]


def heard(payload: str) -> None:
    """Takes a ring as text; what nobody of ours has sent is dropped."""
    ring = Ring.decode(payload)
    if ring is not None:
        take(ring)


def take(ring: Ring) -> None:
    """Puts a ring into the mailbox of this process, if it has one."""
    for mailbox in _mailboxes:
        match ring.kind:
            case Kind.ADVANCE:
                mailbox.ring(ring.tenant_id, (ring.id,))
            case Kind.ATTEMPT:
                mailbox.look_for_attempts(ring.tenant_id)
            case Kind.SCHEDULE:
                mailbox.look_for_polls()
            case never:
                assert_never(never)
