"""What routes of the trail, of limits and of workers answer is what OpenAPI says of them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from downbeat.common.models import uuid7
from tenants.facade import create_instance_admin_token
from tests.support.cast import NAMESPACE, Cast, Member
from tests.support.conformity import as_declared
from tests.support.people import newcomer

HOOK: Final = {"name": "elsewhere", "kind": "WEBHOOK", "config": {"url": "http://127.0.0.1:9/x"}}
NOBODY: Final = "01900000-0000-7000-8000-000000000000"
SESSION: Final = {"host": "far", "pid": 1, "version": "1", "slots": 2, "protocol": 1}


def ask(who: Member, method: str, path: str, body: object = None, **more: Any) -> Any:
    answer = who.request(method, path, body, **more)
    assert answer.status_code < 400, (method, path, answer.content)
    return answer.json() if answer.content else None


@pytest.fixture
def operator(database: object) -> Member:
    return Member(None, create_instance_admin_token("operator"))


def _trail(who: Member, at: str) -> None:
    found = ask(who, "GET", f"{at}/search?size=2")["results"]
    ask(who, "GET", f"{at}/{found[0]['auditLog']['id']}/diff")
    ask(who, "GET", f"{at}/chain")
    made = ask(who, "POST", f"{at}/streams", {**HOOK, "name": f"s-{uuid7()}"})["id"]
    one = f"{at}/streams/{made}"
    ask(who, "GET", f"{at}/streams")
    ask(who, "GET", one)
    ask(who, "PUT", one, {**HOOK, "name": f"s-{uuid7()}", "enabled": False})
    ask(who, "GET", f"{one}/dead-letters")
    ask(who, "DELETE", one)


def test_the_trail_of_a_tenant_and_of_the_instance(cast: Cast, operator: Member) -> None:
    with as_declared() as seen:
        _trail(cast.alice, f"{cast.api}/auditlogs")
        _trail(operator, "/api/v1/auditlogs")

    assert {"GET /auditlogs/{}/diff", "GET //auditlogs/{}/diff"} <= seen
    assert {"DELETE /auditlogs/streams/{}", "DELETE //auditlogs/streams/{}"} <= seen


def test_kill_switches_and_maintenance(cast: Cast, operator: Member) -> None:
    asked = {"name": "stop", "endDate": "2126-01-01T00:00:00Z", "namespace": NAMESPACE}

    with as_declared() as seen:
        made = ask(cast.alice, "POST", f"{cast.api}/kill-switches", asked)["id"]
        ask(cast.alice, "GET", f"{cast.api}/kill-switches")
        ask(cast.alice, "PUT", f"{cast.api}/kill-switches/{made}", asked)
        ask(cast.alice, "DELETE", f"{cast.api}/kill-switches/{made}")
        of_it = {**asked, "tenantId": cast.tenant.slug, "evaluationType": "KILL"}
        made = ask(operator, "POST", "/api/v1/kill-switches", of_it)["id"]
        ask(operator, "GET", "/api/v1/kill-switches/search")
        ask(operator, "PUT", f"/api/v1/kill-switches/{made}", of_it)
        ask(operator, "DELETE", f"/api/v1/kill-switches/{made}")
        ask(cast.alice, "GET", "/api/v1/instance/maintenance/status")
        ask(cast.alice, "GET", "/api/v1/configs")

    assert {"PUT /kill-switches/{}", "PUT //kill-switches/{}"} <= seen


def test_quotas_and_policies(cast: Cast, operator: Member) -> None:
    of = f"/api/v1/instance/tenants/{cast.tenant.slug}"
    ceiling = {"kind": "EXECUTIONS_PER_MINUTE", "limit": 1000}
    rule = {"name": "p", "effect": "DENY", "mode": "EVALUATE", "rules": {"taskTypes": ["x.Y"]}}

    with as_declared() as seen:
        new = {"kind": "RUNNING_EXECUTIONS", "limit": 5, "namespace": NAMESPACE}
        made = ask(cast.alice, "POST", f"{cast.api}/quotas", new)["id"]
        ask(cast.alice, "GET", f"{cast.api}/quotas/{made}")
        ask(cast.alice, "GET", f"{cast.api}/quota-limits")
        ask(operator, "PUT", f"{of}/quotas", ceiling)
        ask(operator, "GET", f"{of}/quotas")
        ask(operator, "DELETE", f"{of}/quotas/{ceiling['kind']}")
        ask(operator, "PUT", f"{of}/share", {"weight": 3})
        made = ask(cast.alice, "POST", f"{cast.api}/policies", rule)["id"]
        ask(cast.alice, "GET", f"{cast.api}/policies/{made}")
        ask(cast.alice, "GET", f"{cast.api}/policies/{made}/evaluate")
        ask(cast.alice, "GET", f"{cast.api}/policies/approvals")
        ask(cast.alice, "DELETE", f"{cast.api}/policies/{made}")

    assert {"GET /quotas/{}", "GET /policies/approvals", "PUT /instance/tenants/{}/share"} <= seen


def _groups(who: Member, at: str) -> None:
    made = ask(who, "POST", at, {"key": f"g-{uuid7().hex[-8:]}"})["id"]
    one = f"{at}/{made}"
    ask(who, "GET", at)
    ask(who, "PUT", one, {"description": "far away"})
    token = ask(who, "POST", f"{one}/tokens", {"name": "t"})
    worker = Member(None, token["token"])
    began = ask(worker, "POST", "/api/v1/worker/sessions", SESSION)["workerId"]
    here = {"headers": {"X-Downbeat-Worker": began}}
    ask(worker, "POST", "/api/v1/worker/heartbeats", {"holding": []}, **here)
    ask(worker, "POST", "/api/v1/worker/claims", {"holding": []}, **here)
    ask(who, "GET", f"{one}/workers")
    ask(who, "POST", f"{one}/workers/{began}/drain")
    ask(who, "DELETE", f"{one}/workers/{began}/drain")
    ask(worker, "DELETE", "/api/v1/worker/sessions", {"releases": []}, **here)
    ask(who, "GET", f"{one}/capacity")
    ask(who, "POST", f"{one}/tokens/{token['details']['id']}/revoke")
    ask(who, "DELETE", f"{one}/tokens/{token['details']['id']}")
    ask(who, "DELETE", f"{one}?force=true")


def test_worker_groups_and_remote_workers(cast: Cast, operator: Member) -> None:
    with as_declared() as seen:
        _groups(cast.alice, f"{cast.api}/worker-groups")
        _groups(operator, "/api/v1/instance/worker-groups")
        ask(operator, "GET", "/api/v1/instance/workers")
        ask(cast.alice, "GET", f"{cast.api}/worker-groups/default/workers/{NOBODY}/running")

    assert {"POST /worker/claims", "GET /instance/workers"} <= seen


def test_the_door_and_ones_own_account(cast: Cast) -> None:
    admin = newcomer(admin=True).member
    who = newcomer()

    with as_declared() as seen:
        for path in ("setup", "auths", "configs/login", "basicAuthValidationErrors?username=a"):
            ask(cast.anonymous, "GET", f"/api/v1/{path}")
        ask(who.member, "GET", "/api/v1/me/identities")
        ask(who.member, "GET", "/api/v1/me/second-factors")
        ask(who.member, "GET", "/api/v1/me/sessions")
        ask(admin, "POST", f"/api/v1/users/{who.id}/logout-everywhere", {})
        ask(admin, "DELETE", f"/api/v1/users/{who.id}/second-factors")
        ask(admin, "GET", "/api/v1/instance/tenant-removals")

    assert {"GET /auths", "POST /users/{}/logout-everywhere"} <= seen
