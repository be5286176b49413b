"""A stage in a tenant of its own."""

from __future__ import annotations

import pytest

from tests.integration.engine.stage import Stage
from tests.support.cast import Cast


@pytest.fixture
def stage(cast: Cast) -> Stage:
    return Stage(tenant_id=cast.tenant.id, actor=cast.alice.actor)
