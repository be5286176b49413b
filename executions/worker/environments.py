"""Python environments of scripts that name their dependencies: built once by uv, then kept.

The name of an environment is the hash of what it was built from. It is built beside its place and
moved there when complete, so a worker that dies while building leaves nothing half made.

Building is done by the worker, as its own user, so it runs no code of the packages: they are
installed as wheels, and one that exists as source only is refused.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

from executions.worker import package_index

_LONGEST_BUILD = 900.0
_TAIL = 4_000
_NOT_INSTALLED = "The dependencies could not be installed"
_GLANCE = 0.2
# Whatever else uv understands would make the worker run, read or fetch what a flow points it at.
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*[ \t]*(\[[A-Za-z0-9._, \t-]*\])?[^@/\\\r\n]*")
_VERSION = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3}){0,2}")


class BuildFailed(Exception):
    """An environment could not be built; the message ends with what uv said."""


class BuildStopped(Exception):
    """Whoever wanted the environment wants it no more."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an environment is made of: requirements, or a lock file's text with hashes."""

    requirements: tuple[str, ...] = ()
    lock: str | None = None
    version: str | None = None
    keep: bool = True

    def checked(self) -> Recipe:
        """The recipe in its plainest form; raises ``BuildFailed`` for what is no requirement."""
        wanted = tuple(sorted({line.strip() for line in self.requirements if line.strip()}))
        for line in wanted:
            if not _REQUIREMENT.fullmatch(line):
                raise BuildFailed(
                    f"'{line}' is not a requirement: write the name of a package and its version, "
                    "such as polars>=1.20; addresses, paths and options are not accepted"
                )
        if self.version is not None and not _VERSION.fullmatch(self.version):
            raise BuildFailed(f"'{self.version}' is not a version of Python, such as 3.12")
        return Recipe(wanted, self.lock, self.version, self.keep)

    def name(self, default_python: Path) -> str:
        """Names the environment by all that it is made from."""
        salt = "" if self.keep else os.urandom(8).hex()
        facts = json.dumps([self.requirements, self.lock, self.version, str(default_python), salt])
        return hashlib.sha256(facts.encode()).hexdigest()[:24]

    def size(self) -> str:
        """What is installed, in words."""
        if self.lock is not None:
            count = sum("==" in line for line in self.lock.splitlines())
            return f"{count} locked packages"
        return ", ".join(self.requirements) or "no packages"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits for an environment: is told what takes time, and may stop waiting."""

    tell: Callable[[str], None] = lambda _: None
    stopped: Callable[[], bool] = lambda: False


class Environments:
    """The cached environments below one folder."""

    def __init__(self, folder: Path, *, uv: Path | None, default_python: Path) -> None:
        self._folder = folder
        self._uv = uv or _find_uv()
        self._default_python = default_python
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def python(self, recipe: Recipe, waiting: Waiting | None = None) -> Path:
        """The interpreter of such an environment; built if there is none."""
        recipe = recipe.checked()
        place = self._folder / recipe.name(self._default_python)
        python = place / "bin" / "python"
        if python.exists():
            os.utime(place)
            return python
        waiting = waiting or Waiting()
        with self._lock_of(place.name):
            if not python.exists():
                self._build(place, recipe, waiting)
        return python

    def _lock_of(self, name: str) -> threading.Lock:
        with self._guard:
            return self._locks.setdefault(name, threading.Lock())

    def _build(self, place: Path, recipe: Recipe, waiting: Waiting) -> None:
        self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        lock = place.with_suffix(".lock")
        with lock.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)  # another worker on this host may build the same
            if place.exists():
                return
            started = time.monotonic()
            waiting.tell(f"Installing {recipe.size()} into an environment of their own")
            half = place.with_suffix(f".{os.getpid()}")
            shutil.rmtree(half, ignore_errors=True)
            try:
                self._fill(half, recipe, waiting)
                _open_to_readers(half)
                half.rename(place)
            finally:
                shutil.rmtree(half, ignore_errors=True)
            waiting.tell(f"Installed in {time.monotonic() - started:.1f} s")

    def _fill(self, half: Path, recipe: Recipe, waiting: Waiting) -> None:
        chosen = recipe.version or str(self._default_python)
        made = ["venv", "--relocatable", "--python", chosen, str(half)]
        self._run(made, waiting, f"There is no Python {chosen} here")
        install = ["pip", "install", "--no-build", "--python", str(half / "bin" / "python")]
        if recipe.keep:
            install.append("--compile-bytecode")  # tasks may not write it, and would each repeat it
        if recipe.lock is None:
            if recipe.requirements:
                self._run([*install, "--", *recipe.requirements], waiting)
            return
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            file.write(recipe.lock)
            file.flush()
            self._run([*install, "--require-hashes", "-r", file.name], waiting)

    def _run(self, arguments: list[str], waiting: Waiting, trouble: str = _NOT_INSTALLED) -> None:
        with tempfile.TemporaryFile() as said:
            try:
                process = subprocess.Popen(
                    [str(self._uv), *arguments],
                    env={"PATH": os.defpath, **_network_settings()},
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                )
            except OSError as problem:
                raise BuildFailed(f"{trouble}: {problem}") from None
            with process:
                try:
                    code = _ended(process, waiting)
                finally:
                    process.kill()
            if code != 0:
                raise BuildFailed(f"{trouble}: {_tail(said)}")


def _ended(process: subprocess.Popen[bytes], waiting: Waiting) -> int:
    """The exit code of a process, unless nobody waits for it any more."""
    deadline = time.monotonic() + _LONGEST_BUILD
    while True:
        try:
            return process.wait(_GLANCE)
        except subprocess.TimeoutExpired:
            if waiting.stopped():
                raise BuildStopped from None
            if time.monotonic() > deadline:
                raise BuildFailed(f"{_NOT_INSTALLED} within {_LONGEST_BUILD:.0f} s") from None


def _tail(said: IO[bytes]) -> str:
    end = said.seek(0, os.SEEK_END)
    said.seek(max(0, end - _TAIL))
    return said.read().decode("utf-8", "replace").strip()


@lru_cache(maxsize=1)
def _network_settings() -> dict[str, str]:
    """How this host reaches its package index; the operator's affair, not the flow's.

    What pip is told is told to uv too, which does not read pip's configuration.
    """
    kept = ("UV_", "PIP_", "SSL_CERT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "HOME", "XDG_")
    return {
        name: value
        for name, value in package_index.environment(Path(sys.executable)).items()
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
