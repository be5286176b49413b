"""What can be done and by whom: the catalogue of actions and the built-in roles. Pure.

An action is `resource.verb`. A role is a set of actions; built-in ones cannot be edited. A change
of a built-in role reaches bindings that exist through a migration that materialises them anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from fnmatch import fnmatchcase

VERBS: dict[str, tuple[str, ...]] = {
    "flow": ("view", "create", "edit", "delete"),
    "execution": ("view", "create", "edit", "kill", "delete"),
    "trigger": ("view", "edit", "delete"),
    "log": ("view", "delete"),
    "metric": ("view",),
    "output": ("view",),
    "kv": ("view", "edit", "delete"),
    "secret": ("view", "edit", "delete"),
    "connection": ("view", "edit", "delete"),
    "file": ("view", "edit", "delete"),
    "namespace": ("view", "create", "edit", "delete"),
    "plugin": ("view",),
    "tenant": ("view", "edit", "delete"),
    "user": ("view", "edit"),
    "group": ("view", "edit"),
    "role": ("view", "edit"),
    "binding": ("view", "edit"),
    "serviceaccount": ("view", "edit"),
    "quota": ("view", "edit"),
    "audit": ("view", "edit"),
    "identityprovider": ("view", "edit"),
    "policy": ("view", "edit", "approve"),
}
PERMISSIONS: tuple[str, ...] = tuple(
    f"{resource}.{verb}" for resource, verbs in VERBS.items() for verb in verbs
)
KNOWN = frozenset(PERMISSIONS)


class BuiltIn(StrEnum):
    """Roles that every tenant has."""

    ADMIN = "Admin"
    EDITOR = "Editor"
    LAUNCHER = "Launcher"
    VIEWER = "Viewer"


OF_PEOPLE = (
    "user",
    "group",
    "role",
    "binding",
    "serviceaccount",
    "quota",
    "audit",
    "identityprovider",
    "secret",
    "connection",
)
LAUNCHES = frozenset({"execution.create", "execution.edit", "execution.kill"})
_EDITED = ("flow", "execution", "trigger", "log", "kv", "secret", "connection", "file")
_VIEWER = frozenset(
    name
    for name in PERMISSIONS
    if name.endswith(".view") and not name.startswith(tuple(f"{what}." for what in OF_PEOPLE))
)
_EDITOR = (
    _VIEWER
    | LAUNCHES
    | {name for name in PERMISSIONS if name.startswith(tuple(f"{what}." for what in _EDITED))}
    | {"namespace.create", "namespace.edit"}
)
ROLES: dict[BuiltIn, frozenset[str]] = {
    BuiltIn.ADMIN: KNOWN,
    BuiltIn.EDITOR: frozenset(_EDITOR),
    BuiltIn.LAUNCHER: _VIEWER | LAUNCHES,
    BuiltIn.VIEWER: _VIEWER,
}
DESCRIPTIONS: dict[BuiltIn, str] = {
    BuiltIn.ADMIN: "Everything, rights of others included.",
    BuiltIn.EDITOR: "Writes flows, files, values and secrets, and runs them.",
    BuiltIn.LAUNCHER: "Sees flows and runs them.",
    BuiltIn.VIEWER: "Sees flows, executions and logs.",
}


class UnknownPermission(ValueError):
    """Code asked for an action that is not in the catalogue."""


def known(permission: str) -> str:
    """The permission itself; raises UnknownPermission, so that a typo never means "allowed"."""
    if permission not in KNOWN:
        raise UnknownPermission(f"{permission} is not in the catalogue of actions")
    return permission


def seeing(permission: str) -> str:
    """The permission that decides whether somebody may know that an object exists."""
    return known(f"{permission.partition('.')[0]}.view")


def in_scopes(permission: str, scopes: Iterable[str]) -> bool:
    """Whether a token with these scopes may use a right of its owner; no scopes mean all."""
    patterns = tuple(scopes)
    return not patterns or any(fnmatchcase(permission, pattern) for pattern in patterns)
