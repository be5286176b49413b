"""Every journal that was ever kept still leads to the same end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from executions.engine.plan import compile_plan
from executions.engine.replay import play
from executions.engine.state import Execution
from executions.runtime import journal
from tests.journals import keeping
from tests.journals.record import FOLDER, flow_of, summary

KEPT = sorted(keeping.FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_golden_journal_leads_to_the_end_that_it_had(path: Path) -> None:
    kept: dict[str, Any] = json.loads(path.read_text())
    plan = compile_plan(flow_of(kept["source"]))

    snapshot = play(plan, Execution(id=UUID(kept["execution"])), journal.read(kept["events"]))

    assert (
        json.loads(json.dumps(summary(snapshot, lambda node: plan.nodes[node].id)))
        == (kept["outcome"])
    )
    assert journal.written(journal.read(kept["events"])) == kept["events"]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_the_journal_of_a_real_execution_leads_to_the_end_that_it_had(path: Path) -> None:
    kept: dict[str, Any] = json.loads(path.read_text())

    assert keeping.outcome_of(kept) == kept["outcome"]
    assert [journal.written(journal.read(turn)) for turn in kept["turns"]] == kept["turns"]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_real_execution_would_be_decided_in_the_same_way_again(path: Path) -> None:
    kept: dict[str, Any] = json.loads(path.read_text())

    assert keeping.told_again(kept) == kept["outcome"]


def test_a_turn_that_began_at_the_very_moment_is_decided_in_the_same_way_again() -> None:
    """Its decisions fall before the last moment of the turn before plus the wait."""
    path = keeping.FOLDER / "retry-of-a-quick-task.json"
    kept: dict[str, Any] = json.loads(path.read_text())
    (due,) = (event["due"] for event in kept["turns"][1] if "due" in event)
    for event in kept["turns"][2]:
        event.update({name: due for name in ("at", "started_at") if name in event})

    assert keeping.told_again(kept) == kept["outcome"]
