"""The words that are no names are those of the routes: none is missing, none is left over."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from downbeat.routing import streams
from downbeat.sdk import reserved
from flows.spec.parse import parse_flow
from flows.spec.registry import load_registry
from tenants.paths import valid_path, valid_slug
from tests.support.routes import routes

NAMES = ("<str:namespace>", "<path:namespace>")


def _addresses() -> list[tuple[str, ...]]:
    ordinary = [route.template for route in routes()]
    open_ones = [
        str(pattern.pattern)
        for kind in ("http_urlpatterns", "websocket_urlpatterns")
        for pattern in streams(kind)
    ]
    return [tuple(template.split("/")) for template in (*ordinary, *open_ones)]


def _beside(names: Iterable[str]) -> set[str]:
    """Fixed words at places where another route of the same beginning has a name."""
    addresses, wanted = _addresses(), set(names)
    beginnings = {
        parts[:at] for parts in addresses for at, part in enumerate(parts) if part in wanted
    }
    return {
        parts[len(start)]
        for start in beginnings
        for parts in addresses
        if len(parts) > len(start) and parts[: len(start)] == start
        if not parts[len(start)].startswith("<")
    }


def test_words_beside_namespaces_are_reserved_and_no_others() -> None:
    assert _beside(NAMES) == reserved.USED_BY_ROUTES


def test_words_beside_tenants_are_reserved_and_no_others() -> None:
    found = {
        word.lower() for word in _beside(["<slug:tenant>"]) if word.isascii() and "." not in word
    }

    assert found == reserved.INSTANCE_WORDS_USED


def test_no_word_is_kept_free_that_is_in_use() -> None:
    assert not reserved.USED_BY_ROUTES & reserved.KEPT_FREE
    assert not reserved.INSTANCE_WORDS_USED & reserved.INSTANCE_WORDS_KEPT_FREE


@pytest.mark.parametrize("word", sorted(reserved.NAMESPACE_WORDS))
def test_a_reserved_word_is_refused_wherever_a_namespace_is_named(word: str) -> None:
    source = f"id: f\nnamespace: {word}\ntasks: [{{id: a, type: core.log.Log, message: x}}]\n"

    found = parse_flow(source, load_registry()).errors

    assert not valid_path(word)
    assert [item.code for item in found] == ["namespace.reserved"]


def test_an_instance_word_is_no_tenant() -> None:
    assert not any(valid_slug(word) for word in reserved.INSTANCE_WORDS)
