"""The registry of task and trigger types of this process."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from flows.spec.registry import Registry, load_registry


@lru_cache(maxsize=1)
def registry() -> Registry:
    """Every installed type; test types only where the operator switched them on."""
    return load_registry(test_types=bool(settings.DOWNBEAT.test_types))
