"""What the proofs of this folder have found once, each by its name."""

from __future__ import annotations

from tests.integration.isolation.actors import Company
from tests.integration.isolation.furnished import SELF
from tests.integration.isolation.undone import undone


def test_the_admin_of_one_namespace_ends_no_token_of_the_tenant_s_accounts(
    company: Company,
) -> None:
    of = company.here.whole
    at = f"{company.here.api}/service-accounts/{of['account']}/api-tokens"
    keeper, owner = company.askers["keeper"], company.askers["owner"]

    with undone():
        made = keeper.ask("POST", at, {"name": "mine"})
        ended = keeper.ask("DELETE", f"{at}/{of['account token']}")
        left = owner.ask("GET", at).json()["results"]

    assert (made.status_code, ended.status_code) == (404, 404)
    assert [row["id"] for row in left] == [of["account token"]]


def test_an_act_by_query_counts_nothing_that_one_may_not_see(company: Company) -> None:
    here = company.here.of[SELF]
    who = company.askers["custom role"]
    at = f"{company.here.api}/executions"

    with undone():
        named = who.ask("POST", f"{at}/{here['execution']}/actions/replay")
        found = who.ask("POST", f"{at}/replay/by-query?filters[namespace][EQUALS]={SELF}")

    assert named.status_code == 404
    assert found.json() == {"count": 0}
