"""Hands a batch of audit entries to a receiver: a webhook or a syslog collector.

A receiver that takes a batch is one that says so: a webhook answers 2xx; over TCP and TLS the
collector has read everything and closed in good order. Over UDP nobody knows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx
from django.conf import settings

from downbeat.common import clock
from downbeat.sdk.egress import public_address
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.web import guarded_transport
from tenants import syslog
from tenants.selectors.tenants import tenant_count

TIMEOUT: Final = 10.0
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what secrets begin with
# Answers that say "not now"; every other 4xx says "never".
_LATER: Final = frozenset({401, 403, 404, 408, 409, 423, 425, 429})


class NotTakenError(Exception):
    """A receiver did not take a batch; it is offered again."""


class RefusedError(NotTakenError):
    """A receiver says that it will never take this batch."""


@dataclass(frozen=True)
class Entry:
    """One entry of a trail, as it leaves."""

    seq: int
    type: str
    at: datetime
    body: str
    hash: str


@dataclass(frozen=True)
class Receiver:
    """Where a batch goes; `id` is the stream's."""

    id: str
    tenant: str
    kind: str
    config: Mapping[str, Any]
    secret: str = field(repr=False)
    guarded: bool = False


def hand_over(receiver: Receiver, entries: Sequence[Entry]) -> None:
    """Sends the entries, in order; raises NotTakenError, or RefusedError when it is for good."""
    try:
        if receiver.kind == "WEBHOOK":
            _post(receiver, entries)
        else:
            _log(receiver, entries)
    except (OSError, TaskFailed, httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
        reason = str(problem) or type(problem).__name__
        raise NotTakenError(f"{type(problem).__name__}: {reason}"[:500]) from None


def guarded_for(*, of_instance: bool) -> bool:
    """Whether receivers must be public: those of tenants, where the operator guards what is inside."""
    egress = settings.DOWNBEAT.egress
    if of_instance or egress == "open":
        return False
    return egress == "guarded" or tenant_count() > 1


def signature(secret: str, *, id: str, moment: int, body: bytes) -> str:
    """What proves that a webhook's call is ours: `v1,` and base64 of an HMAC-SHA256.

    As the Standard Webhooks specification has it: over id, time and body, joined by dots.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    told = f"{id}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, told, hashlib.sha256).digest()).decode()


def _post(receiver: Receiver, entries: Sequence[Entry]) -> None:
    first, last = entries[0].seq, entries[-1].seq
    shown = [{**json.loads(one.body), "seq": one.seq, "hash": one.hash} for one in entries]
    told = {"tenant": receiver.tenant, "stream": receiver.id, "first": first, "last": last}
    body = json.dumps({**told, "entries": shown}).encode()
    id, moment = f"{receiver.id}-{first}-{last}", int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "downbeat",
        "webhook-id": id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(receiver.secret, id=id, moment=moment, body=body),
    }
    certificates = _certificates(receiver.config)
    way = (
        guarded_transport(certificates)
        if receiver.guarded
        else httpx.HTTPTransport(verify=certificates)
    )
    with httpx.Client(transport=way, timeout=TIMEOUT, trust_env=False) as client:
        answer = client.post(receiver.config["url"], content=body, headers=headers)
    if answer.is_success:
        return
    # What a receiver answers may hold anything: only its status is kept.
    if 400 <= answer.status_code < 500 and answer.status_code not in _LATER:
        raise RefusedError(f"the receiver answered {answer.status_code}")
    raise NotTakenError(f"the receiver answered {answer.status_code}")


def _log(receiver: Receiver, entries: Sequence[Entry]) -> None:
    config = receiver.config
    header = syslog.Header(
        syslog.FACILITIES[config.get("facility", "audit")],
        config.get("hostname") or socket.gethostname(),
        config.get("appName") or "downbeat",
    )
    messages = [
        syslog.message(header, type=one.type, at=one.at, seq=one.seq, body=one.body)
        for one in entries
    ]
    host, port = config["host"], int(config["port"])
    address = public_address(host, port) if receiver.guarded else host
    if config["transport"] == "UDP":
        _send_datagrams(address, port, messages)
        return
    with closing(_connected(config, address, port)) as wire:
        wire.sendall(b"".join(map(syslog.counted, messages)))
        _finish(wire)


def _send_datagrams(address: str, port: int, messages: Sequence[bytes]) -> None:
    family, kind, *_, target = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as wire:
        for one in messages:
            wire.sendto(syslog.datagram(one), target)


def _connected(config: Mapping[str, Any], address: str, port: int) -> socket.socket:
    plain = socket.create_connection((address, port), timeout=TIMEOUT)
    if config["transport"] != "TLS":
        return plain
    try:
        return _certificates(config).wrap_socket(plain, server_hostname=config["host"])
    except BaseException:
        plain.close()
        raise


def _finish(wire: socket.socket) -> None:
    """Says that no more comes and waits until the collector has read it all and closes too."""
    if isinstance(wire, ssl.SSLSocket):
        wire = wire.unwrap()
    wire.shutdown(socket.SHUT_WR)
    while wire.recv(4096):
        pass


def _certificates(config: Mapping[str, Any]) -> ssl.SSLContext:
    """The world's authorities, or the one that the stream names."""
    return ssl.create_default_context(cadata=config.get("certificateAuthority") or None)
