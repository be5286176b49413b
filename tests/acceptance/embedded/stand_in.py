"""Stands in for our own commands, so that the supervisor is tested without the application.

`stand_in.py web --fd N` answers every request; `worker` starts a process of its own, as a worker
starts tasks; `migrate` ends; each writes its process id into the home.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def main(command: str, arguments: list[str]) -> None:
    """Behaves like the command of that name."""
    home = Path(os.environ["DOWNBEAT_HOME"])
    if (home / f"{command}.fails").exists():
        sys.exit(f"{command} was told to fail")
    with (home / "started").open("a", encoding="utf-8") as file:
        file.write(f"{command} {os.getpid()}\n")
    if command == "migrate":
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if command == "worker":
        task = subprocess.Popen(["sleep", "1000"], start_new_session=True)
        with (home / "started").open("a", encoding="utf-8") as file:
            file.write(f"task {task.pid}\n")
    if command == "web":
        _serve(socket.socket(fileno=int(arguments[1])))
    while True:
        signal.pause()


def _serve(door: socket.socket) -> None:
    while True:
        client, _ = door.accept()
        with client:
            client.recv(4096)
            client.sendall(ANSWER)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
