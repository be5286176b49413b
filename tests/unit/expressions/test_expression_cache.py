"""The cache of templates is bounded by number and by text."""

from __future__ import annotations

from flows.spec.expressions.cache import SourceCache


def test_the_sources_used_last_are_kept() -> None:
    made: list[str] = []

    def make(source: str) -> list[str]:
        made.append(source)
        return [source]

    cache = SourceCache(make, entries=2, chars=100)
    first = cache.get("a")
    cache.get("b")
    again = cache.get("a")
    cache.get("c")
    cache.get("b")

    assert first is again
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2


def test_long_sources_push_others_out_and_very_long_ones_are_not_kept() -> None:
    cache = SourceCache(lambda source: [source], entries=100, chars=40)

    for letter in "abcde":
        cache.get(letter * 10)
    assert len(cache) == 4

    cache.get("x" * 11)
    assert len(cache) == 4
