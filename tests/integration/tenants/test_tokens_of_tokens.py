"""A token that has leaked: what a thief makes with it ends with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from downbeat.common import clock
from tenants.models import ApiToken
from tests.support.cast import Cast, Member
from tests.support.people import machine, newcomer

MINE = "/api/v1/me/api-tokens"


def _made(member: Member, **more: str) -> tuple[Any, Member]:
    answer = member.post(MINE, {"name": "made", **more})
    assert answer.status_code == 200, answer.content
    found = answer.json()
    return found, Member(None, found["fullToken"])


def _works(member: Member) -> bool:
    return bool(member.get("/api/v1/me").status_code == 200)


def test_what_was_made_with_a_token_ends_when_it_is_revoked(cast: Cast) -> None:
    thief = machine(cast).member
    _, second = _made(thief)
    _, third = _made(second)
    assert _works(third)
    account = cast.alice.get(f"{cast.api}/service-accounts").json()["results"][0]["id"]
    tokens = f"{cast.api}/service-accounts/{account}/api-tokens"
    listed = cast.alice.get(tokens).json()["results"]
    leaked = next(one["id"] for one in listed if one["name"] == "t")

    assert cast.alice.delete(f"{tokens}/{leaked}").status_code == 200

    assert [_works(one) for one in (thief, second, third)] == [False, False, False]
    assert cast.alice.get(tokens).json()["results"] == []


def test_it_lives_no_longer_than_the_one_that_made_it() -> None:
    owner = newcomer()
    short, member = _made(owner.member, maxAge="PT1H")
    long, _ = _made(member, maxAge="P300D")

    ends = {str(row.id): row.expires_at for row in ApiToken.objects.filter(user_id=owner.id)}
    assert ends[long["id"]] == ends[short["id"]]
    assert ends[long["id"]] <= clock.now() + timedelta(hours=1)


def test_a_token_that_a_manager_makes_for_an_account_is_the_accounts_own(cast: Cast) -> None:
    ci = machine(cast)

    assert ApiToken.objects.get(user_id=ci.id).made_by is None
