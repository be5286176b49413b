"""Backfills: executions over past dates, held, ended and taken up again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from executions.triggering import evaluation
from tests.support.cast import Cast
from tests.support.clocked import (
    HOOK,
    HOURLY,
    dates_of,
    deploy,
    end,
    executions,
    redeploy,
    row,
)


def test_a_backfill_runs_past_dates_and_then_the_schedule_goes_on(cast: Cast) -> None:
    deploy(cast, HOURLY)
    before = row(cast).next_at
    asked: dict[str, Any] = {
        "namespace": "company.data",
        "flowId": "clocked",
        "triggerId": "hourly",
        "backfill": {
            "start": "2024-01-01T00:30:00Z",
            "end": "2024-01-01T02:30:00Z",
            "inputs": {"source": "backfill"},
            "labels": [{"key": "kind", "value": "backfill"}],
        },
    }

    answer = cast.alice.put(f"{cast.api}/triggers/backfill/create", asked)
    assert answer.status_code == 200, answer.content
    for _ in range(3):
        evaluation.evaluate(cast.tenant.id, row(cast).id)
        end(cast)

    found = executions(cast)
    assert [(item.trigger or {})["variables"]["date"][:16] for item in found] == [
        "2024-01-01T01:00",
        "2024-01-01T02:00",
    ]
    assert [item.inputs["source"] for item in found] == ["backfill", "backfill"]
    assert row(cast).backfill is None
    assert row(cast).next_at == before


BACKFILL: dict[str, Any] = {
    "namespace": "company.data",
    "flowId": "clocked",
    "triggerId": "hourly",
    "backfill": {"start": "2024-01-01T00:30:00Z", "end": "2024-01-01T04:30:00Z"},
}


def test_a_backfill_that_is_held_stands_still_until_it_may_go_on(cast: Cast) -> None:
    deploy(cast, HOURLY)
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)
    evaluation.evaluate(cast.tenant.id, row(cast).id)
    end(cast)

    held = cast.alice.put(f"{cast.api}/triggers/backfill/pause", BACKFILL)
    assert held.json()["backfill"]["paused"] is True
    evaluation.evaluate_due()
    assert len(executions(cast)) == 1
    cast.alice.put(f"{cast.api}/triggers/backfill/unpause", BACKFILL)
    evaluation.evaluate_due()

    assert dates_of(cast) == ["2024-01-01T01:00", "2024-01-01T02:00"]


def test_a_backfill_that_is_ended_gives_the_schedule_back(cast: Cast) -> None:
    deploy(cast, HOURLY)
    before = row(cast).next_at
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)

    answer = cast.alice.post(f"{cast.api}/triggers/backfill/delete", BACKFILL)

    assert answer.status_code == 200
    assert row(cast).backfill is None
    assert row(cast).next_at == before


def test_a_backfill_survives_another_revision_unless_its_schedule_changed(cast: Cast) -> None:
    deploy(cast, HOURLY)
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)

    redeploy(cast, HOURLY, HOOK)
    assert row(cast).backfill is not None
    assert row(cast).next_at == datetime(2024, 1, 1, 1, tzinfo=UTC)
    redeploy(cast, HOURLY.replace("0 * * * *", "30 * * * *"), HOOK)

    following = row(cast).next_at
    assert row(cast).backfill is None
    assert following is not None
    assert following > datetime.now(UTC)


def test_a_backfill_goes_on_where_it_was_when_its_trigger_is_switched_on_again(
    cast: Cast,
) -> None:
    deploy(cast, HOURLY)
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)
    address = {key: value for key, value in BACKFILL.items() if key != "backfill"}

    cast.alice.put(f"{cast.api}/triggers/set-disabled", {**address, "disabled": True})
    cast.alice.put(f"{cast.api}/triggers/set-disabled", {**address, "disabled": False})

    assert row(cast).next_at == datetime(2024, 1, 1, 1, tzinfo=UTC)


def test_a_backfill_whose_condition_cannot_be_rendered_comes_to_its_end(cast: Cast) -> None:
    broken = """    conditions:
      - type: core.condition.Expression
        expression: "{{ nothing.like.this }}"
"""
    deploy(cast, HOURLY + broken)
    cast.alice.put(f"{cast.api}/triggers/backfill/create", BACKFILL)

    for _ in range(4):
        evaluation.evaluate(cast.tenant.id, row(cast).id)

    assert [item.state for item in executions(cast)] == ["FAILED"] * 4
    assert row(cast).backfill is None
    assert "nothing" in (row(cast).error or "")
