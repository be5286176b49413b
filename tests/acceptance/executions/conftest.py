"""A web process, a worker and a scheduler for the official client."""

from __future__ import annotations

from tests.integration.conftest import cast, database, empty_instance
from tests.integration.runtime.conftest import crew, runs
from tests.integration.runtime.test_streams import port

__all__ = ["cast", "crew", "database", "empty_instance", "port", "runs"]
