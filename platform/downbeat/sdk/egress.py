"""Which addresses tasks may connect to, when the operator guards what is inside.

Names are resolved once and the connection goes to the address that was checked: a name that
answers differently the second time gains nothing. Each hop of a redirect is checked again.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed

_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class EgressRefused(TaskFailed):
    """An address that tasks of this instance may not reach."""


def is_guarded(ctx: RunContext) -> bool:
    """Whether tasks of this instance may reach public addresses only."""
    return ctx.environment.get("DOWNBEAT_EGRESS") == "guarded"


def public_address(host: str, port: int) -> str:
    """The address to connect to for a host, if the outside world may see it."""
    if host.startswith("/") or not host:
        raise EgressRefused("Local sockets are out of reach for tasks of this instance")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TaskFailed(f"The host '{host}' is not found: {error}") from None
    addresses = [str(address[0]).partition("%")[0] for *_, address in found]
    if not addresses or not all(map(is_public, addresses)):
        raise EgressRefused(
            f"The host '{host}' has an address that is not public, and this instance lets tasks "
            "reach public addresses only (DOWNBEAT_EGRESS=guarded)"
        )
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address is one of the open internet, also inside its translated forms."""
    address: Address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inner = address.teredo[1]
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast
