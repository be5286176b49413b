"""Audit trails leave for receivers that really listen: in order, signed, each entry at least once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest
from django.db import connections

from downbeat.common.scope import tenant_scope
from tenants.facade import create_instance_admin_token
from tenants.models import AuditLink, AuditStream
from tenants.services import audit_delivery
from tenants.services.audit_delivery import deliver_due
from tests.support.cast import Cast, Member

CANARY = "canary-receiver-secret"


@dataclass
class Hook:
    """A webhook's receiver: keeps what it takes, and answers as it is told."""

    answers: list[int] = field(default_factory=list)
    refuses: Callable[[Any], bool] = lambda _: False
    taken: list[Any] = field(default_factory=list)
    heads: list[Any] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/audit"

    def seqs(self) -> list[int]:
        return [entry["seq"] for body in self.taken for entry in body["entries"]]


@pytest.fixture
def hook() -> Iterator[Hook]:
    found = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            body = orjson.loads(raw)
            status = found.answers.pop(0) if found.answers else 200
            if status == 200 and any(found.refuses(one) for one in body["entries"]):
                status = 422
            if status == 200:
                found.taken.append(body)
            found.bodies.append(raw)
            found.heads.append(dict(self.headers))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def alone(database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No stream of another test is due, and receivers on loopback may be reached."""
    monkeypatch.setattr(audit_delivery, "guarded_for", lambda **_: False)
    _stop_all()
    yield
    _stop_all()


def _stop_all() -> None:
    with connections["system"].cursor() as cursor:
        cursor.execute("update tenants_auditstream set enabled = false")


def _stream(cast: Cast, kind: str = "WEBHOOK", **config: Any) -> Any:
    body = {"name": f"to {kind}", "kind": kind, "config": config}
    made = cast.alice.post(f"{cast.api}/auditlogs/streams", body)
    assert made.status_code == HTTPStatus.OK, made.content
    return made.json()


def _shown(cast: Cast, id: str) -> Any:
    return cast.alice.get(f"{cast.api}/auditlogs/streams/{id}").json()


def _deliver() -> None:
    while deliver_due():
        pass


def _again() -> None:
    with connections["system"].cursor() as cursor:
        cursor.execute("update tenants_auditstream set next_at = now()")


def _group(cast: Cast, name: str) -> None:
    assert cast.alice.post(f"{cast.api}/groups", {"name": name}).status_code == HTTPStatus.OK


def _chain(cast: Cast) -> list[int]:
    with tenant_scope(cast.tenant.id):
        return list(AuditLink.objects.order_by("seq").values_list("seq", flat=True))


def test_a_webhook_gets_every_entry_once_in_order_and_signed(cast: Cast, hook: Hook) -> None:
    made = _stream(cast, url=hook.url)
    for number in range(3):
        _group(cast, f"g{number}")

    _deliver()
    _group(cast, "later")
    _deliver()

    assert hook.seqs() == _chain(cast)
    head, raw = hook.heads[0], hook.bodies[0]
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    told = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + raw
    right = base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()
    assert head["webhook-signature"] == f"v1,{right}"
    assert hook.taken[0]["entries"][-1]["actor"]["name"]
    shown = _shown(cast, made["id"])
    assert (shown["lag"], shown["failures"], "secret" in shown) == (0, 0, False)


def test_a_receiver_that_fails_is_asked_again_later_and_loses_nothing(
    cast: Cast, hook: Hook
) -> None:
    made = _stream(cast, url=hook.url)
    hook.answers = [503, 500]

    _deliver()
    first = _shown(cast, made["id"])
    _again()
    _deliver()
    second = _shown(cast, made["id"])
    _again()
    _deliver()

    assert (first["failures"], second["failures"]) == (1, 2)
    assert "503" in first["error"]
    assert first["nextAt"] is not None
    assert hook.seqs() == _chain(cast)
    assert _shown(cast, made["id"])["failures"] == 0


def test_an_entry_that_is_refused_for_good_is_a_dead_letter_and_the_rest_goes_on(
    cast: Cast, hook: Hook
) -> None:
    made = _stream(cast, url=hook.url)
    _group(cast, "poison")
    _group(cast, "after")
    hook.refuses = lambda entry: (entry["after"] or {}).get("name") == "poison"

    _deliver()
    at = f"{cast.api}/auditlogs/streams/{made['id']}/dead-letters"
    (letter,) = cast.alice.get(at).json()["results"]
    refused = cast.alice.post(f"{at}/{letter['id']}/retry")
    hook.refuses = lambda _: False
    taken = cast.alice.post(f"{at}/{letter['id']}/retry")

    assert letter["first"] == letter["last"]
    assert "422" in letter["error"]
    assert refused.json()["code"] == "audit.receiver"
    assert taken.status_code == HTTPStatus.OK
    assert cast.alice.get(at).json()["results"] == []
    _deliver()
    assert set(_chain(cast)) == set(hook.seqs())


def test_a_sender_that_died_leaves_its_batch_to_the_next_one(
    cast: Cast, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver has taken the batch and the sender dies before it says so: it is sent again."""
    made = _stream(cast, url=hook.url)

    def die(*_: Any, **__: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(audit_delivery, "_move", die)
        with pytest.raises(SystemExit):
            deliver_due()
    assert not deliver_due(), "the lease still holds"
    with connections["system"].cursor() as cursor:
        cursor.execute("update tenants_auditstream set lease_until = now() - interval '1 s'")
    _deliver()

    assert len(hook.taken) == 2
    assert hook.taken[0] == {**hook.taken[1], "entries": hook.taken[0]["entries"]}
    assert _shown(cast, made["id"])["lag"] == 0


def test_a_stream_whose_key_is_lost_says_so_and_stops_no_other(cast: Cast, hook: Hook) -> None:
    lost = _stream(cast, url=hook.url)
    body = {"name": "sound", "kind": "WEBHOOK", "config": {"url": hook.url}}
    sound = cast.alice.post(f"{cast.api}/auditlogs/streams", body).json()
    with tenant_scope(cast.tenant.id):
        sealed = AuditStream.objects.get(id=sound["id"]).secret
        AuditStream.objects.filter(id=lost["id"]).update(secret=sealed)

    _deliver()

    shown = _shown(cast, lost["id"])
    assert (shown["failures"], _shown(cast, sound["id"])["lag"]) == (1, 0)
    assert "secret cannot be opened" in shown["error"]
    refused = cast.alice.post(f"{cast.api}/auditlogs/streams/{lost['id']}/test")
    assert refused.json()["code"] == "audit.receiver"


def test_a_late_sender_moves_nothing(cast: Cast, hook: Hook) -> None:
    made = _stream(cast, url=hook.url)
    with tenant_scope(cast.tenant.id):
        row = AuditStream.objects.get(id=made["id"])
    turn = audit_delivery._read(cast.tenant.id, row.id, row.epoch)
    assert turn
    _deliver()
    before = _shown(cast, made["id"])["seq"]

    audit_delivery._move(turn, seq=before + 100)

    assert _shown(cast, made["id"])["seq"] == before


def test_what_was_too_old_before_it_was_sent_is_said(cast: Cast, hook: Hook) -> None:
    made = _stream(cast, url=hook.url)
    _group(cast, "old")
    from tenants.services.audit_chain import trim

    trim(timedelta(0))
    _group(cast, "new")
    _deliver()

    letters = cast.alice.get(f"{cast.api}/auditlogs/streams/{made['id']}/dead-letters").json()
    (letter,) = letters["results"]
    assert letter["first"] == 1
    assert hook.seqs() == [letter["last"] + 1]


def test_the_instance_sends_its_own_trail(cast: Cast, hook: Hook) -> None:
    operator = Member(None, create_instance_admin_token("operator of streams"))
    body = {"name": f"siem {hook.port}", "kind": "WEBHOOK", "config": {"url": hook.url},
            "fromNow": True}  # fmt: skip
    made = operator.post("/api/v1/auditlogs/streams", body).json()
    operator.post(f"/api/v1/tenants/{cast.tenant.slug}/suspend", {"reason": "unpaid"})

    _deliver()

    actions = [entry["action"] for batch in hook.taken for entry in batch["entries"]]
    assert "tenant.suspended" in actions
    tried = operator.post(f"/api/v1/auditlogs/streams/{made['id']}/test")
    assert tried.json() == {"taken": True}
    assert operator.delete(f"/api/v1/auditlogs/streams/{made['id']}").status_code == 204


@pytest.mark.parametrize(
    ("kind", "config", "path"),
    [
        ("WEBHOOK", {"url": "ftp://x"}, "config.url"),
        ("WEBHOOK", {"url": f"https://u:{CANARY}@x"}, "config.url"),
        ("WEBHOOK", {"url": "https://x", "port": 1}, "config.port"),
        ("SYSLOG", {"host": "x", "port": 0, "transport": "TCP"}, "config.port"),
        ("SYSLOG", {"host": "x", "port": 1, "transport": "SCTP"}, "config.transport"),
        ("PIGEON", {}, "kind"),
    ],
)
def test_a_stream_that_could_not_work_is_refused(
    module_cast: Cast, kind: str, config: dict[str, Any], path: str
) -> None:
    body = {"name": "wrong", "kind": kind, "config": config}

    refused = module_cast.alice.post(f"{module_cast.api}/auditlogs/streams", body)

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [each["path"] for each in refused.json()["errors"]] == [path]
    assert CANARY not in refused.content.decode()


def test_a_tenants_receiver_inside_the_operators_network_is_refused(
    cast: Cast, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    made = _stream(cast, url=hook.url)

    _deliver()

    assert "public" in _shown(cast, made["id"])["error"]
    assert hook.taken == []


def test_entries_of_the_net_say_what_was_before_and_after(cast: Cast) -> None:
    at = f"{cast.api}/namespaces/company.data/kv/answer"
    cast.alice.put(at, CANARY)
    cast.alice.put(at, f"{CANARY}-2")

    with tenant_scope(cast.tenant.id):
        row = AuditLink.objects.select_related("entry").latest("seq").entry
    body = orjson.loads(row.body)
    assert row.action == "kv.edit"
    assert (body["before"]["answer"]["revision"], body["after"]["answer"]["revision"]) == (1, 2)
    assert body["before"]["answer"]["fingerprint"] != body["after"]["answer"]["fingerprint"]
    assert CANARY not in row.body
