"""The same matrix over websockets and streams: who comes in, what they hear of, and what never.

A topic that may not be heard and one that is nowhere are refused alike.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpx
import orjson
import pytest
from django.conf import settings
from django.db import connections
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from downbeat.common.events import publish_on_commit
from downbeat.common.scope import tenant_scope
from downbeat.routing import streams
from tests.integration.isolation import oracle, probes
from tests.integration.isolation.actors import Browsing, Company, Holder
from tests.integration.isolation.canaries import CANARY
from tests.integration.isolation.locks import Rows
from tests.integration.isolation.oracle import ACTORS, DIRECTORY, PLACES, SELF, Door, Row
from tests.integration.isolation.share import PARTS, SEED, WHOLE, drawn
from tests.integration.isolation.undone import undone
from tests.support.database import Server
from tests.support.live import served

PATIENCE: Final = 30
UNKNOWN, NOT_FOUND = 4401, 4404
# What a topic is about: its name, the permission that it takes, and what of a namespace it names.
TOPICS: Final = (
    ("execution", "execution.view", "execution"),
    ("logs", "log.view", "execution"),
    ("namespace", "execution.view", "namespace"),
)
FOLLOWED: Final = (
    ("executions/{pk}/follow", "execution.view"),
    ("executions/{pk}/follow-dependencies", "execution.view"),
    ("logs/{pk}/follow", "log.view"),
)
PROBES: Final = 2_000


@pytest.fixture(scope="module")
def url(company: Company) -> Iterator[str]:
    """The web process's application; what it was told of people who changed is forgotten."""
    connections.close_all()
    with served() as found:
        yield found


def test_everything_that_stays_open_stands_in_a_matrix() -> None:
    base = "api/v1/<slug:tenant>/"
    known = {row.route for row in oracle.rows()}
    known |= {route.replace("{pk}", "<uuid:pk>") for route, _ in FOLLOWED}
    # Keys of webhooks and workers are credentials of their own; they have proofs of their own.
    others = ("executions/webhook/", "api/v1/worker/")
    found = {str(item.pattern).removeprefix(base) for item in streams("http_urlpatterns")}

    assert [str(item.pattern) for item in streams("websocket_urlpatterns")] == [f"{base}stream"]
    assert {route for route in found if not route.startswith(others)} - known == set()


@contextmanager
def connected(company: Company, url: str, who: str, slug: str) -> Iterator[ClientConnection]:
    """A websocket of somebody at a tenant's address."""
    address = f"{url.replace('http', 'ws', 1)}/api/v1/{slug}/stream"
    with connect(address, additional_headers=_headers(company, who, url)) as socket:
        yield socket


def _headers(company: Company, who: str, url: str) -> dict[str, str]:
    match company.askers[who]:
        case Holder(token=str(token)):
            return {"Authorization": f"Bearer {token}"}
        case Browsing(cookies=cookies):
            cookie = f"{settings.SESSION_COOKIE_NAME}={cookies[settings.SESSION_COOKIE_NAME]}"
            return {"Cookie": cookie, "Origin": url}
        case _:
            return {}


def heard(socket: ClientConnection, topic: str) -> Any:
    """What comes of a wish to hear of a topic: an answer, or the code with which all ends."""
    try:
        socket.send(orjson.dumps({"op": "subscribe", "topic": topic}).decode())
        answer = orjson.loads(socket.recv(timeout=PATIENCE))
        socket.send(orjson.dumps({"op": "unsubscribe", "topic": topic}).decode())
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None
    return answer


def _outcome(answer: Any) -> Any:
    return answer.get("code") or answer.get("type") if isinstance(answer, dict) else answer


def _expected(who: str, permission: str, place: str) -> Any:
    standing = ACTORS[who]
    if standing.here is Door.SHUT or who == DIRECTORY:
        return UNKNOWN
    inside = standing.here is Door.INSIDE
    return "subscribed" if inside and oracle.holds(standing, permission, place) else NOT_FOUND


@pytest.mark.parametrize("who", ACTORS)
def test_a_websocket_tells_everybody_of_what_they_may_see(
    company: Company, url: str, who: str
) -> None:
    cells = [
        (f"{kind}:{company.here.of[place][named]}", permission, place)
        for kind, permission, named in TOPICS
        for place in PLACES
        if drawn(who, kind, place, "topic")
    ]

    found, wanted = {}, {}
    for topic, permission, place in cells:
        with connected(company, url, who, company.here.tenant.slug) as socket:
            found[topic] = _outcome(heard(socket, topic))
        wanted[topic] = _expected(who, permission, place)

    assert found == wanted


@pytest.mark.parametrize("who", ACTORS)
def test_a_stream_follows_for_everybody_what_they_may_see(
    company: Company, url: str, who: str
) -> None:
    cells = [
        (route, permission, place)
        for route, permission in FOLLOWED
        for place in PLACES
        if drawn(who, route, place, "followed")
    ]

    found, wanted = {}, {}
    for route, permission, place in cells:
        path = route.format(pk=company.here.of[place]["execution"])
        row = Row("GET", route, permission, "seen")
        found[path] = _followed(company, url, who, path)
        outcome = oracle.expected(who, row, place)
        wanted[path] = 200 if outcome is oracle.Outcome.LET_IN else int(outcome)

    assert found == wanted


def _followed(company: Company, url: str, who: str, path: str) -> int:
    address, headers = f"{url}{company.here.api}/{path}", _headers(company, who, url)
    with httpx.stream("GET", address, headers=headers, timeout=PATIENCE) as answer:
        return answer.status_code


@pytest.mark.parametrize("who", probes.OURS)
def test_nothing_of_the_other_tenant_is_heard(
    company: Company, database: Server, url: str, who: str
) -> None:
    with undone():
        known = Rows.of(database, company.there.tenant.id).ids
    connections.close_all()
    dice = random.Random(f"{SEED} {who}")
    count = PROBES // len(probes.OURS) // (1 if WHOLE else PARTS)
    slugs = [company.here.tenant.slug, company.there.tenant.slug]

    leaks = [
        told
        for _ in range(-(-count // 20))
        for told in _tried(company, url, who, dice.choice(slugs), dice.sample(sorted(known), 20))
    ]

    assert leaks == []


def _tried(company: Company, url: str, who: str, slug: str, ids: list[str]) -> list[str]:
    """Asks to hear of things of the other tenant; what was told although it must not be."""
    told = []
    with connected(company, url, who, slug) as socket:
        for number, id in enumerate(ids):
            topic = f"{TOPICS[number % 2][0]}:{id}"
            answer = heard(socket, topic)
            text = orjson.dumps(answer).decode().replace(topic, "")
            if _outcome(answer) not in (UNKNOWN, NOT_FOUND) or CANARY.search(text.encode()):
                told.append(f"{topic} at {slug}: {answer}")
            if isinstance(answer, int):
                break
    return told


def test_news_of_the_other_tenant_s_namespace_of_the_same_name_are_not_heard(
    company: Company, url: str
) -> None:
    topic = f"namespace:{SELF}"
    with connected(company, url, "owner", company.here.tenant.slug) as socket:
        socket.send(orjson.dumps({"op": "subscribe", "topic": topic}).decode())
        assert orjson.loads(socket.recv(timeout=PATIENCE))["type"] == "subscribed"

        news: Any = {}
        while news.get("type") != "execution.changed":
            # What is said before the process listens is lost by design, so it is said again.
            for made, text in ((company.there, "theirs"), (company.here, "ours")):
                with tenant_scope(made.tenant.id):
                    publish_on_commit(topic, "execution.changed", {"id": text})
            with suppress(TimeoutError):
                news = orjson.loads(socket.recv(timeout=1))

    assert news["data"] == {"id": "ours"}
