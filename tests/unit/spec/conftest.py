"""One registry of the core types for all tests of the language."""

from __future__ import annotations

import pytest

import flows.plugins.core as core
from flows.spec.registry import Registry, registry_of


@pytest.fixture(scope="session")
def registry() -> Registry:
    return registry_of([core])
