"""Python environments of scripts that name their dependencies: built once by uv, then kept.

The name of an environment is the hash of what it was built from. It is built beside its place and
moved there when complete, so a worker that dies while building leaves nothing half made.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

_LONGEST_BUILD = 900.0
_TAIL = 4_000


class BuildFailed(Exception):
    """An environment could not be built; the message ends with what uv said."""


class Environments:
    """The cached environments below one folder."""

    def __init__(self, folder: Path, *, uv: Path | None, default_python: Path) -> None:
        self._folder = folder
        self._uv = uv or _find_uv()
        self._default_python = default_python
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def python(
        self,
        requirements: Sequence[str],
        *,
        version: str | None = None,
        keep: bool = True,
        env: Mapping[str, str] | None = None,
    ) -> Path:
        """The interpreter of an environment with these requirements; built if there is none."""
        wanted = sorted({line.strip() for line in requirements if line.strip()})
        for line in wanted:
            if line.startswith("-"):
                raise BuildFailed(f"'{line}' is not a requirement; options are not accepted")
        salt = "" if keep else os.urandom(8).hex()
        facts = json.dumps([wanted, version, str(self._default_python), salt])
        name = hashlib.sha256(facts.encode()).hexdigest()[:24]
        place = self._folder / name
        python = place / "bin" / "python"
        if python.exists():
            os.utime(place)
            return python
        with self._lock_of(name):
            if not python.exists():
                self._build(place, wanted, version, dict(env or {}))
        return python

    def _lock_of(self, name: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(name, threading.Lock())

    def _build(
        self, place: Path, wanted: Sequence[str], version: str | None, env: dict[str, str]
    ) -> None:
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        lock = place.with_suffix(".lock")
        with lock.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)  # another worker on this host may build the same
            if place.exists():
                return
            half = place.with_suffix(f".{os.getpid()}")
            shutil.rmtree(half, ignore_errors=True)
            try:
                chosen = version or str(self._default_python)
                self._run(["venv", "--relocatable", "--python", chosen, str(half)], env)
                install = ["pip", "install", "--python", str(half / "bin" / "python"), "--"]
                self._run([*install, *wanted], env)
                _open_to_readers(half)
                half.rename(place)
            finally:
                shutil.rmtree(half, ignore_errors=True)

    def _run(self, arguments: list[str], env: dict[str, str]) -> None:
        command = [str(self._uv), *arguments]
        try:
            done = subprocess.run(
                command,
                env={"PATH": os.defpath, **_network_settings(), **env},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_LONGEST_BUILD,
                check=False,
                cwd=self._folder,
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise BuildFailed(f"The dependencies could not be installed: {problem}") from None
        if done.returncode != 0:
            said = done.stdout.decode("utf-8", "replace")[-_TAIL:].strip()
            raise BuildFailed(f"The dependencies could not be installed: {said}")


def _network_settings() -> dict[str, str]:
    """How this host reaches its package index; the operator's affair, not the flow's."""
    kept = ("UV_", "PIP_", "SSL_CERT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "HOME", "XDG_")
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper().startswith(kept) and not name.startswith("UV_PROJECT")
    }


def _open_to_readers(folder: Path) -> None:
    """Tasks of another user read the environment; they never write it."""
    for base, _, files in os.walk(folder):
        os.chmod(base, 0o755)
        for name in files:
            path = os.path.join(base, name)
            if not os.path.islink(path):
                os.chmod(path, os.stat(path).st_mode | 0o444)


def _find_uv() -> Path:
    beside = Path(sys.executable).with_name("uv")
    return beside if beside.exists() else Path(shutil.which("uv") or "uv")
