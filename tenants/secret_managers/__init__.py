"""The port to managers of secrets that live elsewhere; an adapter for each kind."""

from __future__ import annotations

from tenants.secret_managers.port import Ask, ManagerFailedError, SecretManagerPort
from tenants.secret_managers.registry import ADAPTERS, BUILT_IN

__all__ = ["ADAPTERS", "BUILT_IN", "Ask", "ManagerFailedError", "SecretManagerPort"]
