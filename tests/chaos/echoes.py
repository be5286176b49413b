"""A flow that listens to the ticks: each tick must start one echo, whoever dies meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tests.chaos.asking import PAUSE, Patient

FLOW: Final = """id: echoes
namespace: chaos
tasks:
  - id: echo
    type: core.debug.Return
    format: "{{ trigger.executionId }}"
triggers:
  - id: tick
    type: core.trigger.Flow
    conditions:
      - type: core.condition.ExecutionFlow
        namespace: chaos
        flowId: ticks
"""


def begin(client: Patient) -> None:
    """Publishes the flow; before the first tick, so that none goes unheard."""
    client.deploy(FLOW)


def ended(
    client: Patient, sounds: Sequence[Mapping[str, Any]], *, seconds: float
) -> list[dict[str, Any]]:
    """All echoes, once there are as many as sounds, or as they are when time is up."""
    until = time.monotonic() + seconds
    while len(client.executions("echoes")) < len(sounds) and time.monotonic() < until:
        PAUSE.wait(0.5)
    return client.ended("echoes", seconds=max(1.0, until - time.monotonic()))


def faults(echoes: Sequence[Mapping[str, Any]], sounds: Iterable[Mapping[str, Any]]) -> list[str]:
    """Sounds without an echo or with two, and echoes that did not end well."""
    heard = Counter(str(echo["trigger"]["variables"]["executionId"]) for echo in echoes)
    made = {str(sound["id"]) for sound in sounds}
    return [
        *(
            f"echo {echo['id']} is {echo['state']['current']}"
            for echo in echoes
            if echo["state"]["current"] != "SUCCESS"
        ),
        *(f"tick {id} has no echo" for id in sorted(made - heard.keys())),
        *(f"tick {id} has {count} echoes" for id, count in heard.items() if count > 1),
    ]
