"""The audit trail: every change, log-in, export and refusal leaves an entry that stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import orjson
import pytest
from django.db import DatabaseError, connection, connections, transaction
from rest_framework.response import Response

from downbeat.common.models import uuid7
from downbeat.common.scope import tenant_entered, tenant_scope
from tenants.audit_words import Change, clean, patch
from tenants.facade import INSTANCE, system_actor
from tenants.models import AuditEntry, AuditLink, Namespace
from tenants.services import audit
from tenants.services.audit_budget import Allowance
from tests.integration.tenants.test_audit_reading import entries_of
from tests.support.cast import NAMESPACE, Cast
from tests.support.people import bind, machine, newcomer, role_id
from tests.support.routes import Guard, Route, routes

CANARY = "canary-7b1d9f"
MUTATING = [
    route
    for route in routes()
    if route.guard is Guard.TENANT
    and route.method != "get"
    and not (route.permission or "").endswith(".view")
    and route.permission != "execution.create"
    # Directories come with a token of their own: tenants/directory looks for their entries.
    and "/scim/" not in route.template
]


def _last(cast: Cast) -> tuple[AuditEntry, dict[str, Any]]:
    entry = entries_of(cast)[-1]
    return entry, orjson.loads(entry.body)


@pytest.fixture
def answers_as_declared() -> None:
    """Views are replaced here, so what they answer says nothing about the description."""


@pytest.mark.parametrize("route", MUTATING, ids=lambda route: route.name)
def test_whatever_a_route_writes_leaves_an_entry(
    route: Route, module_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = module_cast
    mark = str(uuid7())

    def write(self: Any, request: Any, *_: Any, **__: Any) -> Response:
        with tenant_scope(self.tenant.id):
            Namespace.objects.filter(path=NAMESPACE).update(description=mark)
        return Response()

    monkeypatch.setattr(route.view, route.action, write)
    before = len(entries_of(cast))
    known = {"tenant": cast.tenant.slug, "namespace": NAMESPACE}

    answer = cast.alice.request(route.method.upper(), route.path(known))

    assert answer.status_code == HTTPStatus.OK, answer.content
    entry, body = _last(cast)
    assert len(entries_of(cast)) == before + 1
    assert entry.action == route.permission
    assert cast.alice.user and entry.actor_id == cast.alice.user.id
    assert body["detail"]["path"] == route.path(known)


def test_a_route_that_writes_nothing_leaves_nothing(module_cast: Cast) -> None:
    before = len(entries_of(module_cast))

    module_cast.alice.get(f"{module_cast.api}/namespaces/search")
    module_cast.alice.post(f"{module_cast.api}/roles/autocomplete", {"q": "x"})

    assert len(entries_of(module_cast)) == before


FLOW = "id: daily\nnamespace: company.data\ntasks: [{{id: a, type: core.log.Log, message: {0}}}]\n"
KV = f"{NAMESPACE}/kv/answer"
YAML = "application/x-yaml"


def _steps(cast: Cast) -> Iterator[tuple[str, Any]]:
    """Real requests, each with the action of the entry that it leaves."""
    a, api = cast.alice, cast.api
    yield "flow.created", a.post(f"{api}/flows", FLOW.format("x"), type=YAML)
    flow = f"{api}/flows/company.data/daily"
    yield "flow.updated", a.put(flow, FLOW.format("y"), type=YAML)
    yield (
        "flow.updated",
        a.post(f"{api}/flows/disable/by-ids", [{"namespace": NAMESPACE, "id": "daily"}]),
    )
    yield "flow.deleted", a.delete(flow)
    yield "kv.edit", a.put(f"{api}/namespaces/{KV}", "1")
    yield "kv.edit", a.delete(f"{api}/namespaces/{KV}")
    yield "namespace.created", a.post(f"{api}/namespaces", {"id": "company.new"})
    yield "namespace.updated", a.put(f"{api}/namespaces/company.new", {"description": "d"})
    yield "namespace.deleted", a.delete(f"{api}/namespaces/company.new")
    secrets = f"{api}/namespaces/{NAMESPACE}/secrets"
    yield "secret.created", a.put(secrets, {"key": "K", "value": CANARY})
    yield "secret.updated", a.put(secrets, {"key": "K", "value": f"{CANARY}-2"})
    yield "secret.updated", a.patch(f"{secrets}/K", {"description": "d"})
    yield "secret.deleted", a.delete(f"{secrets}/K")
    yield from _steps_of_people(cast)


def _steps_of_people(cast: Cast) -> Iterator[tuple[str, Any]]:
    """The same for who may do what."""
    a, api = cast.alice, cast.api
    role = a.post(f"{api}/roles", {"name": "r", "permissions": ["flow.view"]})
    yield "role.created", role
    at_role = f"{api}/roles/{role.json()['id']}"
    yield "role.updated", a.put(at_role, {"name": "r", "permissions": ["kv.view"]})
    yield "role.deleted", a.delete(at_role)
    group = a.post(f"{api}/groups", {"name": "g"})
    yield "group.created", group
    at_group = f"{api}/groups/{group.json()['id']}"
    dora = newcomer()
    yield "group.members changed", a.put(f"{at_group}/members/{dora.id}")
    yield "group.members changed", a.delete(f"{at_group}/members/{dora.id}")
    yield "group.updated", a.put(at_group, {"name": "gg"})
    yield "group.deleted", a.delete(at_group)
    bound = bind(cast, dora.id, role_id(cast, "Viewer"), NAMESPACE)
    yield "binding.created", bound
    yield "binding.deleted", a.delete(f"{api}/bindings/{bound.json()['id']}")
    account = a.post(f"{api}/service-accounts", {"name": "ci"})
    yield "serviceaccount.created", account
    at_account = f"{api}/service-accounts/{account.json()['id']}"
    token = a.post(f"{at_account}/api-tokens", {"name": "t"})
    yield "apitoken.created", token
    yield "apitoken.deleted", a.delete(f"{at_account}/api-tokens/{token.json()['id']}")
    yield "serviceaccount.updated", a.put(at_account, {"name": "cd"})
    yield "serviceaccount.deleted", a.delete(at_account)
    yield "tenant.updated", a.put(f"/api/v1/tenants/{cast.tenant.slug}", {"name": "New"})


def test_each_change_leaves_one_entry_with_its_name_and_no_secret(cast: Cast) -> None:
    for action, answer in _steps(cast):
        assert answer.status_code < HTTPStatus.BAD_REQUEST, (action, answer.content)
        entry, _ = _last(cast)
        assert entry.action == action

    assert all(CANARY not in entry.body for entry in entries_of(cast))


def test_an_entry_says_who_through_what_from_where_and_what_was_before(cast: Cast) -> None:
    made = cast.alice.post(f"{cast.api}/groups", {"name": "one"}).json()["id"]

    cast.alice.put(
        f"{cast.api}/groups/{made}",
        {"name": "two"},
        headers={"User-Agent": "probe/1"},
        REMOTE_ADDR="192.0.2.7",
    )

    entry, body = _last(cast)
    assert cast.alice.user
    assert (body["before"]["name"], body["after"]["name"]) == ("one", "two")
    assert body["origin"] == {"address": "192.0.2.7", "agent": "probe/1"}
    assert body["actor"]["tokenId"] == str(cast.alice.actor.token_id)
    assert entry.actor_id == cast.alice.user.id


def test_a_refusal_is_recorded_although_its_request_is_undone(cast: Cast) -> None:
    cast.bob.put(f"{cast.api}/namespaces/company.data", {"description": "mine"})
    denied, body = _last(cast)
    cast.bob.get(f"{cast.api}/roles/search")
    hidden, _ = _last(cast)

    assert (denied.type, denied.action) == ("DENIED", "namespace.edit")
    assert (hidden.type, hidden.action) == ("DENIED", "role.view")
    assert body["detail"]["method"] == "PUT"
    assert cast.bob.user and denied.actor_id == cast.bob.user.id


def test_a_topic_of_the_websocket_that_is_refused_is_recorded(cast: Cast) -> None:
    """The websocket asks this route in its client's name, and tells the client what it answers."""
    refused = cast.bob.get(f"{cast.api}/stream/allowed?topic=namespace:company")

    entry, body = _last(cast)
    assert refused.status_code == HTTPStatus.NOT_FOUND
    assert (entry.type, entry.action) == ("DENIED", "execution.view")
    assert body["detail"]["query"] == {"topic": ["namespace:company"]}


def test_a_stranger_at_the_door_is_recorded_by_the_instance(cast: Cast) -> None:
    cast.charlie.get(f"{cast.api}/flows/search")

    with tenant_scope(INSTANCE):
        assert cast.charlie.user
        found = AuditEntry.objects.filter(actor_id=cast.charlie.user.id).latest("at")
    assert (found.type, found.action, found.object_id) == (
        "DENIED",
        "tenant.enter",
        cast.tenant.slug,
    )
    assert all(entry.actor_id != cast.charlie.user.id for entry in entries_of(cast))


def test_log_ins_and_failures_are_recorded(database: object) -> None:
    from django.test import Client

    dora = newcomer(password="correct horse battery")
    client = Client()
    right = {"username": dora.email, "password": "correct horse battery"}

    client.post("/login", {**right, "password": "wrong horse"}, content_type="application/json")
    client.post("/login", right, content_type="application/json")
    client.post("/logout")

    with tenant_scope(INSTANCE):
        rows = list(AuditEntry.objects.filter(actor_name=dora.email).order_by("at", "id"))
    assert [row.type for row in rows][-3:] == ["LOGIN_FAILURE", "LOGIN", "LOGOUT"]
    assert all("horse" not in row.body for row in rows)


def test_what_is_rolled_back_leaves_no_entry(cast: Cast) -> None:
    before = len(entries_of(cast))

    with pytest.raises(RuntimeError), tenant_scope(cast.tenant.id):
        audit.record(system_actor("test"), Change.of("role", "created"))
        raise RuntimeError

    assert len(entries_of(cast)) == before


@pytest.mark.parametrize("table", ["tenants_auditentry", "tenants_auditlink"])
@pytest.mark.parametrize("alias", ["default", "system"])
@pytest.mark.parametrize("what", ["update {} set tenant_id = tenant_id", "delete from {}"])
def test_the_application_can_neither_change_nor_deleteentries(
    module_cast: Cast, table: str, alias: str, what: str
) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        tenant_scope(module_cast.tenant.id, using=alias),
        connections[alias].cursor() as cursor,
    ):
        cursor.execute(what.format(table))


def test_many_at_once_make_one_chain(cast: Cast) -> None:
    writers, each = 6, 20
    start = threading.Barrier(writers)
    problems: list[Exception] = []

    def write() -> None:
        start.wait()
        try:
            for _ in range(each):
                with tenant_scope(cast.tenant.id):
                    audit.record(system_actor("test"), Change.of("role", "created"))
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with tenant_scope(cast.tenant.id):
        found = list(AuditLink.objects.order_by("seq").values_list("seq", flat=True))
        entries = AuditEntry.objects.count()
    assert not problems
    assert found == list(range(1, entries + 1))


def test_the_chain_is_locked_by_nobody_who_still_works(cast: Cast) -> None:
    """An entry of a transaction that goes on for long must not hold up the others."""
    recorded, finish = threading.Event(), threading.Event()

    def long_work() -> None:
        with tenant_scope(cast.tenant.id):
            audit.record(system_actor("slow"), Change.of("role", "created"))
            recorded.set()
            finish.wait(timeout=60)
        connection.close()

    slow = threading.Thread(target=long_work)
    slow.start()
    recorded.wait(timeout=60)
    with tenant_scope(cast.tenant.id), connection.cursor() as cursor:
        cursor.execute("set local lock_timeout = '5s'")
        audit.record(system_actor("quick"), Change.of("role", "created"))
    finish.set()
    slow.join()

    with tenant_scope(cast.tenant.id):
        rows = AuditLink.objects.order_by("-seq").select_related("entry")[:2]
        assert [row.entry.actor_name for row in rows] == ["system: slow", "system: quick"]


def test_an_entry_inside_a_longer_transaction_finds_its_tenant_at_the_end(cast: Cast) -> None:
    with transaction.atomic():
        with tenant_scope(cast.tenant.id):
            audit.record(system_actor("test"), Change.of("role", "created"))
        with tenant_scope(INSTANCE):
            audit.record(system_actor("test"), Change.of("role", "created"))

    with tenant_scope(cast.tenant.id):
        assert not AuditEntry.objects.filter(link__isnull=True).exists()


def test_the_system_needs_no_binding_and_a_super_admin_is_named_as_one(cast: Cast) -> None:
    from tenants.facade import make_super_admin

    chief = newcomer()
    make_super_admin(chief.email, super_admin=True)

    chief.member.post(f"{cast.api}/groups", {"name": "by the chief"})

    entries = [row for row in entries_of(cast) if str(row.actor_id) == chief.id]
    assert [row.type for row in entries] == ["ENTER", "CREATE"]
    assert all(orjson.loads(row.body)["actor"]["superAdmin"] for row in entries)


def test_a_machine_is_named_with_its_token(cast: Cast) -> None:
    account = machine(cast)
    bind(cast, account.id, role_id(cast, "Admin"), None)

    account.member.post(f"{cast.api}/groups", {"name": "by a machine"})

    entry, body = _last(cast)
    assert str(entry.actor_id) == account.id
    assert body["actor"]["kind"] == "SERVICE_ACCOUNT"
    assert body["actor"]["tokenId"]


def test_secrets_are_hidden_by_their_names_at_any_depth() -> None:
    found = clean({"a": [{"apiKey": "x", "password": "y"}], "secretName": "", "b": b"raw", "n": 1})

    assert found == {
        "a": [{"apiKey": "***", "password": "***"}],
        "secretName": "",
        "b": "***",
        "n": 1,
    }


def test_a_patch_says_what_changed() -> None:
    assert patch({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "d/e": 4}) == [
        {"op": "replace", "path": "/b", "value": 5},
        {"op": "remove", "path": "/c"},
        {"op": "add", "path": "/d~1e", "value": 4},
    ]


def test_a_flood_of_refusals_is_counted_and_not_stored() -> None:
    now = 0.0
    allowance = Allowance(2, moment=lambda: now)

    taken = [allowance.take() for _ in range(5)]
    now = 61.0

    assert taken == [(True, 0), (True, 0), (False, 0), (False, 0), (False, 0)]
    assert allowance.take() == (True, 3)


def test_an_actor_of_the_system_is_recorded_too(cast: Cast) -> None:
    from tenants.facade import ensure_namespace

    with tenant_entered(cast.tenant.id):
        ensure_namespace(system_actor("schedule"), "company.made.by.system")

    entry, _ = _last(cast)
    assert (entry.actor_name, entry.actor_id) == ("system: schedule", None)


def test_the_first_admin_is_the_first_entry_of_the_instance(empty_instance: None) -> None:
    from tenants.facade import set_up

    person, _ = set_up("first@example.com", "correct horse battery")

    with tenant_scope(INSTANCE):
        found = list(AuditEntry.objects.order_by("link__seq").values_list("action", "object_id"))
    assert found == [("user.created", str(person.id)), ("tenant.created", "main")]
