"""Lines of JSON between a worker and one task process, over a socket that can carry files."""

from __future__ import annotations

import array
import json
import os
import socket

TYPE_CHECKING = False  # importing ``typing`` would cost each sandbox some milliseconds
if TYPE_CHECKING:
    from typing import Any

CONTROL_FD = 3
"""Where a task process finds its end of the socket."""

_CHUNK = 65536


class Gone(Exception):
    """The other side closed the socket."""


class Wire:
    """The task's end: blocking reads of whole lines, writes of whole lines, files by descriptor."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.setblocking(True)
        self._rest = b""

    def receive(self) -> dict[str, Any]:
        """The next message; raises ``Gone`` when the worker is no more."""
        parts = [self._rest]
        while b"\n" not in parts[-1]:
            chunk = self._socket.recv(_CHUNK)
            if not chunk:
                raise Gone
            parts.append(chunk)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def send(self, message: dict[str, Any], *, fd: int | None = None) -> None:
        """Sends a message, with an open file if one is given."""
        line = json.dumps(message, default=str).encode() + b"\n"
        if fd is not None:
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))
            sent = self._socket.sendmsg([line], [rights])
            line = line[sent:]
        if line:
            self._socket.sendall(line)

    def close(self) -> None:
        """Closes this end."""
        self._socket.close()


def write_all(fd: int, content: bytes) -> None:
    """Writes all bytes, however often the system takes only some."""
    view = memoryview(content)
    while view:
        view = view[os.write(fd, view) :]
