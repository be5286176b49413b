"""Fair share: what holds for whoever waits, however long the queues of others are."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from executions.engine.sharing import Share, order

NAMES = st.sampled_from("abcdefgh")
WEIGHTS = st.integers(1, 7)
QUEUES = st.dictionaries(NAMES, st.tuples(WEIGHTS, st.integers(0, 60)), min_size=1)
BUSY = st.dictionaries(NAMES, st.tuples(WEIGHTS, st.just(10**6)), min_size=2)


@given(QUEUES, st.integers(0, 200))
def test_no_slot_stays_empty_while_somebody_waits(
    queues: dict[str, tuple[int, int]], slots: int
) -> None:
    found = order(Share(), queues, slots)

    assert len(found) == min(slots, sum(waiting for _, waiting in queues.values()))
    assert all(found.count(name) <= queues[name][1] for name in queues)


@given(BUSY, st.integers(1, 300))
def test_service_is_in_proportion_to_weights(
    queues: dict[str, tuple[int, int]], slots: int
) -> None:
    """The bound of the algorithm: between two that wait, service by weight differs by two turns."""
    served = Counter(order(Share(), queues, slots))

    for one, (weight, _) in queues.items():
        for other, (other_weight, _) in queues.items():
            difference = abs(served[one] / weight - served[other] / other_weight)
            assert difference <= 1 / weight + 1 / other_weight + 1e-6


@given(QUEUES, st.integers(0, 80), st.integers(1, 60), WEIGHTS)
def test_a_newcomer_waits_for_no_backlog(
    queues: dict[str, tuple[int, int]], before: int, slots: int, weight: int
) -> None:
    """Whoever comes first gets a slot after at most one round of the others."""
    share: Share[str] = Share()
    order(share, queues, before)

    found = order(share, {**queues, "new": (weight, 10**6)}, slots + 64)

    # In the time of one turn of a weight of 1 each of the others has its weight in turns, and one
    # more that it had begun before.
    rivals = sum(one + 1 for one, _ in queues.values())
    assert found.index("new") <= rivals


@given(st.integers(1, 50), st.integers(1, 50))
def test_nobody_saves_up_turns_by_staying_away(alone: int, slots: int) -> None:
    share: Share[str] = Share()
    order(share, {"busy": (1, 10**6)}, alone)

    found = order(share, {"busy": (1, 10**6), "idle": (1, 10**6)}, slots)

    assert abs(found.count("busy") - found.count("idle")) <= 1


def test_who_has_gone_is_forgotten() -> None:
    share: Share[int] = Share()
    for tenant in range(1, 5_000):
        share.served(tenant, 1)
        share.served(0, 1)

    assert len(share.ends) < 200
