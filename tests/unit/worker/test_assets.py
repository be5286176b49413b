"""What tasks say of their data, brought into one form."""

from __future__ import annotations

import pytest

from executions.worker.assets import LARGEST_FACTS, LONGEST_URI, declared, noted


def test_what_is_not_its_own_is_a_fact() -> None:
    found = noted({"uri": "s3://b/k", "type": "file", "rows": 3, "metadata": {"owner": "ann"}})

    assert found is not None
    assert (found["type"], found["direction"], found["kind"]) == ("file", "output", "observed")
    assert found["facts"] == {"owner": "ann", "rows": 3}


def test_facts_may_hold_what_an_asset_is() -> None:
    facts = {"type": "table", "name": "Orders", "upstream": ["a", 7], "columns": ["x"]}

    found = noted({"uri": "db.orders", "facts": facts}, direction="output")

    assert found is not None
    assert (found["type"], found["name"], found["upstream"]) == ("table", "Orders", ["a"])
    assert found["facts"] == {"columns": ["x"]}


@pytest.mark.parametrize("uri", [None, "", "  ", 7, "a\nb", "a\x00b", "x" * (LONGEST_URI + 1)])
def test_without_a_usable_name_there_is_no_asset(uri: object) -> None:
    assert noted({"uri": uri}) is None


def test_facts_are_bounded() -> None:
    found = noted({"uri": "a", "columns": ["x" * 1000] * (LARGEST_FACTS // 1000 + 1)})

    assert found is not None
    assert set(found["facts"]) == {"omitted"}


def test_a_source_lists_maps_or_names() -> None:
    said = {"inputs": ["a", {"id": "b", "type": "t"}], "outputs": [{"id": "c"}, 7], "more": 1}

    found = [(one["uri"], one["direction"], one["kind"]) for one in declared(said)]

    assert found == [
        ("a", "input", "declared"),
        ("b", "input", "declared"),
        ("c", "output", "declared"),
    ]


@pytest.mark.parametrize("said", [None, "text", [], {"inputs": "a"}])
def test_what_lists_nothing_declares_nothing(said: object) -> None:
    assert list(declared(said)) == []
