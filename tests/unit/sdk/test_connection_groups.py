"""Values that are one credential come from one place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from downbeat.sdk.connection import Connection, resolved
from downbeat.sdk.fields import Dyn, Text
from tests.support.run_context import MemoryContext


class Keys(Connection):
    """A pair of keys, and an address of its own."""

    connection_type: ClassVar[str] = "keys"
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "user": ("USER_NAME",),
        "token": ("TOKEN",),
        "address": ("ADDRESS",),
    }
    together: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"user", "token"}),)

    user: Dyn[Text | None] = None
    token: Dyn[Text | None] = None
    address: Dyn[Text | None] = None


def found(stored: dict[str, Any] | None = None, **given: str) -> tuple[str | None, ...]:
    environment = {"USER_NAME": "operator", "TOKEN": "of-operator", "ADDRESS": "there"}
    answer = None if stored is None else {"values": stored}
    ctx = MemoryContext(Path(), environment=environment, answers={"connection.get": answer})
    keys = resolved(ctx, Keys.model_validate(given), Keys)
    return keys.user, keys.token, keys.address


def test_what_the_task_gives_is_not_completed_from_elsewhere() -> None:
    assert found(user="me") == ("me", None, "there")
    assert found({"token": "stored"}, user="me", address="here") == ("me", None, "here")


def test_what_the_task_does_not_give_comes_from_the_next_place_as_a_whole() -> None:
    assert found() == ("operator", "of-operator", "there")
    assert found({"user": "stored"}) == ("stored", None, "there")
    assert found({"address": "elsewhere"}) == ("operator", "of-operator", "elsewhere")
