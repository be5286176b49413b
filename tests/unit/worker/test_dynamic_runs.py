"""Task runs that a task adds."""

from __future__ import annotations

from typing import Any

import pytest

from executions.worker.dynamic_runs import MOST, DynamicRuns


def runs() -> DynamicRuns:
    return DynamicRuns(masked=lambda value: value, largest=1000)


def test_times_are_seconds_or_dates() -> None:
    added = runs()

    added.add({"startedAt": 10, "endedAt": "1970-01-01T00:00:12Z"})
    added.add({"endedAt": "1970-01-01T00:00:12"})

    assert [(one["startedAt"], one["endedAt"]) for one in added.added] == [
        (10.0, 12.0),
        (12.0, 12.0),
    ]


def test_they_are_shown_in_the_order_in_which_they_were_added() -> None:
    added = runs()

    ids = [added.add({}) for _ in range(200)]

    assert ids == sorted(ids)


def test_one_may_be_inside_another() -> None:
    added = runs()

    outer = added.add({"taskId": "project"})
    added.add({"taskId": "model", "parentId": outer})

    assert "parent" not in added.added[0]
    assert added.added[1]["parent"] == outer


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"state": "GREAT"}, "state: 'GREAT' is none of"),
        ({"taskId": "../secrets"}, "taskId"),
        ({"taskId": "a\nb"}, "taskId"),
        ({"taskId": "x" * 257}, "taskId"),
        ({"taskId": ["a"]}, "taskId"),
        ({"startedAt": "yesterday"}, "startedAt: 'yesterday'"),
        ({"startedAt": True}, "startedAt"),
        ({"startedAt": float("nan")}, "startedAt"),
        ({"endedAt": 1e300}, "endedAt"),
        ({"startedAt": 5, "endedAt": 4}, "later than endedAt"),
        ({"parentId": "nobody"}, "no task run 'nobody'"),
        ({"outputs": "text"}, "outputs: must be a map"),
        ({"outputs": {"a": "x" * 2000}}, "larger than 1000 bytes"),
    ],
)
def test_what_cannot_be_is_refused_by_name(facts: dict[str, Any], why: str) -> None:
    added = runs()

    with pytest.raises(ValueError, match=why):
        added.add(facts)

    assert added.added == []


def test_there_is_a_limit() -> None:
    added = runs()
    added.added += [{}] * MOST

    with pytest.raises(ValueError, match="10000 task runs at the most"):
        added.add({})
