"""Makes the virtual environments: the server's, and the one that script tasks run in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import bytecode
import index
import stamps

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER = ROOT / ".venv"
SCRIPTS = ROOT / ".venv-scripts"
NODE = ROOT / ".venv-node"
STAMP = ".made-from"


class SetupFailed(Exception):
    """Something that the operator has to mend; the text says what."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and the locks that say what is in it."""

    path: Path
    locks: tuple[str, ...]
    editable: bool = False
    compiled: str | None = None
    """The lock whose packages are compiled: what servers and tasks import."""

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.path / "bin" / "python"

    @property
    def value(self) -> str:
        """What it should have been made from."""
        files = [ROOT / lock for lock in self.locks]
        files += [ROOT / "pyproject.toml"] if self.editable else []
        compiled = f"compiled: {self.compiled}"
        return stamps.digest(files, sys.version, str(self.path), compiled, *self.locks)

    @property
    def is_fresh(self) -> bool:
        """Whether it was made from exactly these locks."""
        return self.python.exists() and stamps.is_fresh(self.path / STAMP, self.value)


RUNTIME = Environment(
    SERVER,
    ("requirements.lock", "requirements-build.lock"),
    editable=True,
    compiled="requirements.lock",
)
DEVELOPMENT = Environment(
    SERVER,
    ("requirements-dev.lock", "requirements-build.lock"),
    editable=True,
    compiled="requirements.lock",
)
OF_SCRIPTS = Environment(
    SCRIPTS, ("requirements-scripts.lock",), compiled="requirements-scripts.lock"
)
OF_NODE = Environment(NODE, ("requirements-node.lock",))


def make_server(*, development: bool) -> None:
    """The server's environment; one for development serves for everything."""
    if not DEVELOPMENT.is_fresh and (development or not RUNTIME.is_fresh):
        _make_base()
        _fill(DEVELOPMENT if development else RUNTIME)
    bytecode.compile_ours(ROOT, SERVER)


def make_scripts() -> None:
    """The environment of script tasks, separate from the server's."""
    make(OF_SCRIPTS)


def make(environment: Environment) -> None:
    """Makes an environment other than the server's, if it is not fresh."""
    if environment.is_fresh:
        return
    if not environment.python.exists():
        _uv("venv", "--quiet", "--python", sys.executable, str(environment.path))
    _fill(environment)


def _make_base() -> None:
    """A virtual environment with uv in it, of the version and hash that the lock names."""
    if not _works(RUNTIME.python):
        shutil.rmtree(SERVER, ignore_errors=True)
        say("Creating .venv.")
        _create_venv()
    uv = SERVER / "bin" / "uv"
    if uv.exists():
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as lock:
        lock.write(_pinned("uv"))
        lock.flush()
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
        run([RUNTIME.python, "-m", "pip", "install", *options, "-r", lock.name])


def _create_venv() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(SERVER)], capture_output=True, text=True
    )
    if done.returncode:
        raise SetupFailed(
            f"{sys.executable} cannot make virtual environments:\n"
            f"{done.stdout}{done.stderr}\n"
            "On Debian and Ubuntu: apt-get install python3-venv."
        )


def _pinned(package: str) -> str:
    """The lines of one package in the lock, with all its hashes."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{package}==(?:.*\\\n)*.*\n", text, flags=re.MULTILINE)
    if found is None:
        raise SetupFailed(f"requirements.lock does not name {package}.")
    return found.group(0)


def _fill(environment: Environment) -> None:
    say(f"Installing {', '.join(environment.locks)} into {environment.path.name}.")
    target = ("--python", str(environment.python))
    locks = [str(ROOT / lock) for lock in environment.locks]
    _uv("pip", "sync", "--quiet", "--require-hashes", *target, *locks)
    if environment.editable:
        build = ("--no-build-isolation", "--no-deps", "--offline")
        _uv("pip", "install", "--quiet", *target, *build, "--editable", str(ROOT))
    if environment.compiled:
        bytecode.compile_installed(environment.path, ROOT / environment.compiled)
    stamps.write(environment.path / STAMP, environment.value)


def _works(python: Path) -> bool:
    """Whether an interpreter is there and of the version that calls us."""
    check = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    try:
        return subprocess.run([python, "-c", check]).returncode == 0
    except OSError:
        return False


def _uv(*arguments: str) -> None:
    run([SERVER / "bin" / "uv", *arguments], env=index.environment(RUNTIME.python))


def run(command: list[str | Path], env: dict[str, str] | None = None, folder: Path = ROOT) -> None:
    """Runs a command; its output is shown, its failure stops the set-up."""
    done = subprocess.run(command, env=env or dict(os.environ), cwd=folder)
    if done.returncode:
        words = " ".join(str(word) for word in command)
        raise SetupFailed(f"This command failed with status {done.returncode}: {words}")


def say(text: str) -> None:
    """Tells the operator what takes time."""
    print(f"setup: {text}", flush=True)
