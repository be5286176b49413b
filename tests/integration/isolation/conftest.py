"""Two furnished tenants and everybody who asks, once for all proofs of a process."""

from __future__ import annotations

from itertools import count

import pytest

from tests.integration.isolation.actors import Company, assemble
from tests.integration.isolation.canaries import canary, mark
from tests.support import database as databases


@pytest.fixture(scope="package")
def company(database: databases.Server) -> Company:
    """In ours each text names its namespace; in theirs each is a canary of its own."""
    numbers = count()
    return assemble(lambda place: mark(place, next(numbers)), lambda _: canary(next(numbers)))
