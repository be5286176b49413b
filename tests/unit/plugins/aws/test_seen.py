"""What a trigger remembers comes back as it was, and stays small."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from flows.plugins.aws.s3.seen import MOST, Sight, name_of, packed, unpacked, version_of

SIGHTS = st.dictionaries(
    st.text(min_size=1).map(name_of),
    st.builds(Sight, st.text().map(version_of), st.integers(0, 2**32 - 1)),
)


@given(SIGHTS)
def test_a_memory_comes_back_as_it_was(seen: dict[bytes, Sight]) -> None:
    assert unpacked(packed(seen)) == seen


@given(SIGHTS)
def test_equal_memories_are_equal_texts(seen: dict[bytes, Sight]) -> None:
    other = dict(reversed(seen.items()))

    assert packed(seen) == packed(other)


def test_a_full_memory_fits_into_the_message_of_a_poll() -> None:
    seen = {name_of(f"s3://b/{n}"): Sight(version_of(str(n)), n) for n in range(MOST)}

    assert len(seen) == MOST
    assert len(json.dumps(packed(seen))) < 7 * 1024 * 1024


def test_names_and_versions_differ() -> None:
    assert name_of("s3://b/a") != name_of("s3://b/b")
    assert version_of("1") != version_of("2")
