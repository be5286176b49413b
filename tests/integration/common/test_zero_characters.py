"""A zero character, which the database cannot hold, is the caller's mistake wherever it stands."""

from __future__ import annotations

import pytest

from tests.support.cast import Cast

ZERO = "daily\x00"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "flows/disable/by-ids", [{"namespace": "company.data", "id": ZERO}]),
        ("POST", "executions/latest", [{"namespace": "company.data", "id": ZERO}]),
        ("POST", "groups", {"name": ZERO}),
        ("PUT", "namespaces/company.data/kv/limit", {"value": ZERO}),
        ("GET", "flows/company.data/daily%00", None),
        ("GET", "flows/search?filters[flowId][EQUALS]=daily%00", None),
        ("GET", "flows/source?q=daily%00", None),
    ],
)
def test_a_zero_character_is_refused(
    shared_cast: Cast, method: str, path: str, body: object
) -> None:
    answer = shared_cast.alice.request(method, f"{shared_cast.api}/{path}", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid.zero")
    assert answer["Content-Type"] == "application/problem+json"
