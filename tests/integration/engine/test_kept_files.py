"""Files that an attempt keeps for later attempts of its flow."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from executions.runtime.channel_direct import DirectChannel
from executions.runtime.work_places import WorkPlaces
from executions.worker.channel import LeaseLost
from executions.worker.work import AttemptKey, Work
from tests.integration.engine.stage import Stage

FLOW = """id: {id}
namespace: company.data
tasks:
  - {{id: work, type: scripts.shell.Script, script: "true"}}
"""
NAME = "work/0.tar.gz"


def begun(stage: Stage, places: WorkPlaces, flow: str) -> Work:
    stage.start(flow)
    stage.settle()
    work = stage.works[-1]
    places.enter(work)
    return work


def read(channel: DirectChannel, key: AttemptKey, ttl: timedelta | None = None) -> bytes | None:
    found = channel.kept(key, NAME, ttl)
    if found is None:
        return None
    with found:
        return found.read()


def test_later_attempts_of_the_same_flow_find_them_until_they_are_too_old(stage: Stage) -> None:
    for flow in ("one", "two"):
        stage.deploy(FLOW.format(id=flow))
    places = WorkPlaces()
    channel = DirectChannel(places=places, finished=lambda result: None)
    first, second = (begun(stage, places, "one") for _ in range(2))
    other = begun(stage, places, "two")

    channel.keep(first.key, NAME, io.BytesIO(b"kept"))

    assert read(channel, second.key) == b"kept"
    assert read(channel, second.key, timedelta(hours=1)) == b"kept"
    assert read(channel, other.key) is None
    assert read(channel, second.key, timedelta(0)) is None
    assert read(channel, second.key) is None


def test_a_worker_that_lost_its_lease_keeps_nothing(stage: Stage) -> None:
    stage.deploy(FLOW.format(id="one"))
    places = WorkPlaces()
    channel = DirectChannel(places=places, finished=lambda result: None)
    work = begun(stage, places, "one")
    late = replace(work, key=replace(work.key, epoch=work.key.epoch + 1))
    places.enter(late)

    with pytest.raises(LeaseLost):
        channel.keep(late.key, NAME, io.BytesIO(b"kept"))

    assert read(channel, work.key) is None
