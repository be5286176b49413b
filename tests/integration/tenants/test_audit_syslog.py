"""Audit trails leave for syslog collectors that really listen: over TCP, TLS and UDP."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from tests.integration.tenants.test_audit_streams import (
    _chain,
    _deliver,
    _group,
    _shown,
    _stream,
    alone,
)
from tests.support.cast import Cast

__all__ = ["alone"]


@dataclass
class Collector:
    """A syslog collector over TCP or TLS: reads to the end, then closes, as collectors do."""

    port: int
    received: list[bytes] = field(default_factory=list)


@contextmanager
def _collecting(context: ssl.SSLContext | None = None) -> Iterator[Collector]:
    server = socket.create_server(("127.0.0.1", 0))
    found = Collector(server.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                wire, _ = server.accept()
            except OSError:
                return
            with ExitStack() as closing:
                plain = closing.enter_context(wire)
                try:
                    peer = context.wrap_socket(plain, server_side=True) if context else plain
                    data = b""
                    while chunk := peer.recv(65_536):
                        data += chunk
                    found.received.append(data)
                    if isinstance(peer, ssl.SSLSocket):
                        peer.unwrap().close()
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield found
    finally:
        server.close()


MESSAGE = re.compile(
    rb"<(\d+)>1 (\S+) (\S+) (\S+) - (\S+) \[meta sequenceId=\"(\d+)\"\] \xef\xbb\xbf(.*)", re.DOTALL
)


def _messages(data: bytes) -> list[Any]:
    """The frames of RFC 6587, each read as RFC 5424 says."""
    found = []
    while data:
        length, _, rest = data.partition(b" ")
        frame, data = rest[: int(length)], rest[int(length) :]
        assert len(frame) == int(length)
        matched = MESSAGE.fullmatch(frame)
        assert matched, frame[:200]
        found.append(matched.groups())
    return found


def test_syslog_over_tcp_is_framed_by_length(cast: Cast) -> None:
    _group(cast, "zwölf\nzeilen")
    with _collecting() as collector:
        _stream(cast, "SYSLOG", host="127.0.0.1", port=collector.port, transport="TCP",
                facility="local3", hostname="orchestra", appName="audit")  # fmt: skip
        _deliver()

    messages = [one for data in collector.received for one in _messages(data)]
    assert [int(one[5]) for one in messages] == _chain(cast)
    priority, moment, host, app = messages[0][:4]
    assert (int(priority), host, app) == (19 * 8 + 5, b"orchestra", b"audit")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(moment.decode())) < timedelta(hours=1)
    assert any("zwölf\nzeilen" in str(orjson.loads(one[6])["after"]) or
               (orjson.loads(one[6])["after"] or {}).get("name") == "zwölf\nzeilen"
               for one in messages)  # fmt: skip


def test_syslog_over_tls_trusts_only_the_authority_that_it_was_given(
    cast: Cast, tmp_path: Path
) -> None:
    authority, context = _certified(tmp_path)
    with _collecting(context) as collector:
        place = {"host": "localhost", "port": collector.port, "transport": "TLS"}
        made = _stream(cast, "SYSLOG", **place)
        _deliver()
        distrusted = _shown(cast, made["id"])
        config = {**place, "certificateAuthority": authority}
        body = {"name": "trusted", "kind": "SYSLOG", "config": config}
        cast.alice.put(f"{cast.api}/auditlogs/streams/{made['id']}", body)
        _deliver()

    assert "CERTIFICATE_VERIFY_FAILED" in distrusted["error"]
    sent = [int(one[5]) for data in collector.received for one in _messages(data)]
    assert sent == _chain(cast)


def _certified(folder: Path) -> tuple[str, ssl.SSLContext]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return pem.decode(), context


def test_syslog_over_udp_is_a_datagram_each(cast: Cast) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as collector:
        collector.bind(("127.0.0.1", 0))
        collector.settimeout(10)
        port = collector.getsockname()[1]
        _stream(cast, "SYSLOG", host="127.0.0.1", port=port, transport="UDP")
        _deliver()
        matched = [MESSAGE.fullmatch(collector.recv(65_536)) for _ in _chain(cast)]

    assert [int(one[6]) for one in matched if one] == _chain(cast)
