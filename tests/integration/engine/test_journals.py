"""Journals of executions on a real database tell the whole story, and lead to the same decisions.

With ``JOURNALS=record`` those of ``tests/journals`` that are missing are written; ones that are
there are never rewritten: old events have to mean for ever what they meant.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import pytest

from downbeat.common.scope import tenant_scope
from executions.models import Execution
from executions.runtime import journal
from executions.runtime.inbox import Message, post_all
from executions.runtime.store_codec import RUN_COLUMNS, loaded
from executions.services import reruns
from executions.worker.work import AttemptResult, Ending, Work
from tests.integration.engine.stage import Stage
from tests.journals.keeping import FOLDER, beginning, outcome_of, told_again
from tests.journals.scenarios import HEAD, SCENARIOS, Scenario

RECORDING: Final = os.environ.get("JOURNALS") == "record"
JOURNAL: Final = "select events from journal where execution_id = %s order by seq"
STARTED: Final = "select created_at from execution where id = %s"


class Player:
    """Does to one execution what its scenario says."""

    def __init__(self, stage: Stage, name: str, scenario: Scenario) -> None:
        self.stage, self.scenario = stage, scenario
        for source in scenario.others:
            stage.deploy(source)
        self.source = HEAD.format(name=name) + scenario.source
        stage.deploy(self.source)
        self.id = stage.start(name)
        self.begun: dict[str, Any] = {}
        """What a replay has begun with."""

    def play(self) -> None:
        self.stage.play(self._ended)

    def settle(self) -> None:
        self.stage.settle()

    def lose(self) -> None:
        self.stage.settle()
        (work,) = self.stage.works
        self.stage.works = []
        self.stage.turn(results=[AttemptResult(work.key, Ending.FAILED, reason="worker_lost")])

    def replay(self, task: str) -> None:
        """Goes on with the execution that replays this one from the second run of a task, if any."""
        run = [run for run in self.stage.runs(self.id) if run.task_id == task][:2][-1]
        with tenant_scope(self.stage.tenant_id):
            asked = reruns.Replay(task_run_id=str(run.id))
            self.id = reruns.replay(self.id, asked, actor=self.stage.actor)
        ((progress,),) = self.stage.rows("select progress from execution where id = %s", self.id)
        runs = self.stage.rows(
            f"select {RUN_COLUMNS} from task_run where execution_id = %s", self.id
        )
        self.begun = beginning(loaded(progress)["scope"], runs)

    def _ended(self, work: Work) -> AttemptResult:
        task, number = work.info.task_id, work.key.number
        if work.key.task_run_id in self._told_to_stop():
            return AttemptResult(work.key, Ending.KILLED, reason="killed")
        failed = task in self.scenario.fails and number == 1
        ending = Ending.FAILED if failed else Ending.SUCCESS
        outputs = {} if failed else self.scenario.outputs.get(task, {})
        return AttemptResult(
            work.key, ending, error="it broke" if failed else None, outputs=outputs
        )

    def _told_to_stop(self) -> set[UUID]:
        found = self.stage.rows("select task_run_id from attempt where kill_requested")
        return {row[0] for row in found}

    def mark(self, task: str, state: str) -> None:
        run = next(run for run in self.stage.runs(self.id) if run.task_id == task)
        self._post(Message.SET_STATE, {"task_run_id": str(run.id), "state": state})

    def ask(self, what: str) -> None:
        self._post(Message(what), {})

    def _post(self, kind: Message, payload: dict[str, Any]) -> None:
        with tenant_scope(self.stage.tenant_id):
            post_all(self.stage.tenant_id, [(self.id, kind, payload)], ring=False)


def played(player: Player) -> None:
    steps: dict[str, Callable[..., None]] = {
        "play": player.play,
        "settle": player.settle,
        "lose": player.lose,
        "mark": player.mark,
        "replay": player.replay,
    }
    for name, *facts in player.scenario.steps:
        if name in steps:
            steps[name](*facts)
        else:
            player.ask(name)


def recorded(player: Player, execution: Execution) -> dict[str, Any]:
    """What is kept of an execution."""
    runs = player.stage.runs(player.id)
    return {
        "source": player.source,
        "execution": str(player.id),
        "created_at": execution.created_at.isoformat(),
        **({"begun": player.begun} if player.begun else {}),
        "turns": [json.loads(row[0]) for row in player.stage.rows(JOURNAL, player.id)],
        "outcome": {
            "state": execution.state,
            "runs": sorted(
                [str(run.id), run.task_id, list(run.path), run.state, run.attempts] for run in runs
            ),
        },
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_journal_leads_to_what_is_stored(stage: Stage, name: str) -> None:
    player = Player(stage, name, SCENARIOS[name])

    played(player)

    found = json.loads(json.dumps(recorded(player, stage.execution(player.id)), default=str))
    assert outcome_of(found) == found["outcome"]
    assert told_again(found) == found["outcome"]
    assert [journal.written(journal.read(turn)) for turn in found["turns"]] == found["turns"]
    path = FOLDER / f"{name}.json"
    if RECORDING and not path.exists():
        path.write_text(json.dumps(found, indent=1) + "\n")
