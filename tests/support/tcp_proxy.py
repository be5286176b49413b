"""A wire that can be cut: forwards TCP to a server until a test says no more."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class CuttableWire:
    """Listens on loopback; while it is cut, open connections are reset and new ones too."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._pairs: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where to connect to."""
        return int(self._listening.getsockname()[1])

    def cut(self) -> None:
        """Ends every connection, and lets no other one through."""
        self._cut.set()
        with self._lock:
            for one in self._pairs:
                _reset(one)

    def mend(self) -> None:
        """Lets connections through again."""
        self._cut.clear()

    def close(self) -> None:
        """Ends it for good."""
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._cut.is_set():
                _reset(near)
                continue
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            near.close()
            return
        with self._lock:
            self._pairs |= {near, far}
        try:
            _pump(near, far)
        finally:
            with self._lock:
                self._pairs -= {near, far}
            near.close()
            far.close()


def _pump(near: socket.socket, far: socket.socket) -> None:
    other = {near: far, far: near}
    with selectors.DefaultSelector() as watching:
        for side in other:
            watching.register(side, selectors.EVENT_READ)
        while True:
            for key, _ in watching.select(timeout=1.0):
                one = key.fileobj
                assert isinstance(one, socket.socket)
                try:
                    content = one.recv(65_536)
                    if not content:
                        return
                    other[one].sendall(content)
                except OSError:
                    return


def _reset(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()


@contextmanager
def wire_to(port: int) -> Iterator[CuttableWire]:
    """A wire to a server on loopback."""
    found = CuttableWire(port)
    try:
        yield found
    finally:
        found.close()
