"""What an external manager of secrets has to do: give one value for one name, or say why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

TIMEOUT: Final = 5.0
"""Seconds that a manager may take for each request: a task waits for it."""


class ManagerFailedError(Exception):
    """A manager could not be asked. The text says why, and holds neither value nor credential."""


@dataclass(frozen=True)
class Ask:
    """One secret that is wanted, from a manager as it is configured."""

    tenant: str
    namespace: str
    """The namespace whose manager it is: places of a path that name one mean this."""
    key: str
    config: Mapping[str, Any]
    credentials: Mapping[str, str] = field(repr=False)
    guarded: bool = False
    """Whether the manager has to have a public address."""


class SecretManagerPort(Protocol):
    """One kind of manager. Its methods may be called from several threads."""

    settings: Mapping[str, str]
    """Names of what can be configured, each with what it means."""
    secrets: Mapping[str, str]
    """Names of what is kept sealed and never shown, each with what it means."""

    def wrong(self, config: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, str]:
        """What is wrong with a configuration, by name; `secrets` are the names of those given."""

    def value(self, ask: Ask) -> str | None:
        """The value; None if the manager has none of that name. Raises ManagerFailedError."""


def path_of(template: str, ask: Ask) -> str:
    """A path with its places filled in: `{tenant}`, `{namespace}` and `{namespacePath}`."""
    places = {
        "{tenant}": ask.tenant,
        "{namespace}": ask.namespace,
        "{namespacePath}": ask.namespace.replace(".", "/"),
    }
    for place, text in places.items():
        template = template.replace(place, text)
    return "/".join(part for part in template.split("/") if part)


def text_of(config: Mapping[str, Any], name: str, default: str = "") -> str:
    """A setting that is a text."""
    return str(config.get(name) or default)
