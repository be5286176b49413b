"""Requests whose effects are taken back: what one cell of a matrix does, no other cell sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tenants.services import request_rate


@contextmanager
def undone() -> Iterator[None]:
    """Everything that happens inside on the connection of requests is rolled back."""
    with transaction.atomic():
        # As in Django's own test cases: transactions that must be outermost may lie in this one.
        connection.atomic_blocks[-1]._from_testcase = True  # type: ignore[attr-defined]
        yield
        transaction.set_rollback(True)
    request_rate.forget()
