"""Patterns over claims: a star stays inside its part, and types are not mixed up."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.trust.conditions import Condition


@pytest.mark.parametrize(
    ("condition", "claims", "holds"),
    [
        ({"claim": "sub", "matches": "repo:acme/*:ref:*"}, {"sub": "repo:acme/a:ref:x"}, True),
        ({"claim": "sub", "matches": "repo:acme/*:ref:*"}, {"sub": "repo:acme/a:ref:x/y"}, False),
        ({"claim": "sub", "matches": "repo:acme/**"}, {"sub": "repo:acme/a:ref:x/y"}, True),
        ({"claim": "sub", "matches": "a.c"}, {"sub": "abc"}, False),
        ({"claim": "sub", "matches": "a?c"}, {"sub": "abc"}, True),
        ({"claim": "sub", "matches": "a*"}, {"sub": "a\nb"}, True),
        ({"claim": "sub", "matches": "a*"}, {"sub": "ba"}, False),
        ({"claim": "n", "equals": 1}, {"n": True}, False),
        ({"claim": "n", "equals": True}, {"n": 1}, False),
        ({"claim": "n", "equals": "1"}, {"n": 1}, False),
        ({"claim": "n", "in": ["a", "b"]}, {"n": "b"}, True),
        ({"claim": "n", "in": ["a", "b"]}, {"n": ["x", "a"]}, True),
        ({"claim": "k8s.io.namespace", "equals": "x"}, {"k8s.io.namespace": "x"}, True),
        ({"claim": "a.b", "equals": "x"}, {"a": {"b": "x"}}, True),
        ({"claim": "a.b", "equals": "x"}, {"a": "x"}, False),
        ({"claim": "missing", "matches": "x*"}, {}, False),
    ],
)
def test_a_condition_holds_for_what_it_says(
    condition: dict[str, Any], claims: dict[str, Any], holds: bool
) -> None:
    assert Condition.model_validate(condition).holds(claims) is holds
