"""Examines a machine and an instance: one finding per question, each with advice when bad."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from downbeat.embedded import accounts, binaries, environment, relocation, rooms
from downbeat.embedded.errors import EmbeddedError
from downbeat.embedded.home import Home, read_facts

LEAST_DISK = 2 * 1024**3
NEEDED_BY_SCRIPTS = ("pandas", "pyarrow", "duckdb")


class Verdict(StrEnum):
    """How bad a finding is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What was found about one question, and what to do."""

    about: str
    verdict: Verdict
    found: str
    advice: str = ""


def examine(home: Home) -> Iterator[Finding]:
    """Every finding, in the order in which things are needed."""
    for question in QUESTIONS:
        yield question(home)


def _settings(_home: Home) -> Finding:
    from downbeat.bad_setting import BadSetting
    from downbeat.settings.environment import read

    try:
        read(os.environ)
    except BadSetting as problem:
        return Finding("Settings", Verdict.BAD, str(problem), "Correct or unset it.")
    return Finding("Settings", Verdict.GOOD, "all DOWNBEAT_* names are known")


def _python(_home: Home) -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("Python", Verdict.GOOD, f"{found} in {sys.prefix}")


def _postgres(_home: Home) -> Finding:
    if not environment.uses_own_database():
        return Finding("PostgreSQL", Verdict.GOOD, "named by DOWNBEAT_DATABASE_URL")
    try:
        found = binaries.find()
        account = accounts.for_postgres()
    except EmbeddedError as problem:
        return Finding("PostgreSQL", Verdict.BAD, str(problem))
    text = f"version {found.major} in {found.bindir}, runs as {account.name}"
    return Finding("PostgreSQL", Verdict.GOOD, text)


def _folder(home: Home) -> Finding:
    if not home.root.exists():
        return Finding("Home", Verdict.GOOD, f"{home.root} will be made by `downbeat up`")
    mode = stat.S_IMODE(home.root.stat().st_mode)
    secrets = stat.S_IMODE(home.secret("x").parent.stat().st_mode) if home.root.exists() else 0
    if mode & 0o066 or secrets & 0o077:
        advice = f"Run `chmod go-rw {home.root}` and `chmod 700 {home.root}/secrets`."
        return Finding("Home", Verdict.BAD, f"{home.root} is open to others", advice)
    return Finding("Home", Verdict.GOOD, f"{home.root} is closed to others")


def _disk(home: Home) -> Finding:
    place = rooms.recorded_data_room(home) or home.root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    text = f"{free / 1024**3:.1f} GB free"
    if free < LEAST_DISK:
        return Finding("Disk", Verdict.BAD, text, f"Make room on the disk of {place}.")
    return Finding("Disk", Verdict.GOOD, text)


def _orphans(_home: Home) -> Finding:
    found = rooms.orphans()
    if not found:
        return Finding("Left-overs", Verdict.GOOD, "none")
    text = f"{len(found)} folders in {rooms.FALLBACK} belong to homes that are gone"
    advice = "Remove them if those homes will not come back: " + " ".join(map(str, found[:5]))
    return Finding("Left-overs", Verdict.WARNING, text, advice)


def _port(home: Home) -> Finding:
    port = int(os.environ.get("DOWNBEAT_PORT") or 8080)
    if url := read_facts(home.run / "instance.json").get("url"):
        return Finding("Port", Verdict.GOOD, f"this instance answers at {url}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("DOWNBEAT_BIND") or "127.0.0.1", port))
        except OSError:
            advice = "Stop the other program, or choose another with DOWNBEAT_PORT."
            return Finding("Port", Verdict.BAD, f"{port} is taken", advice)
    return Finding("Port", Verdict.GOOD, f"{port} is free")


def _separation(_home: Home) -> Finding:
    if os.geteuid() == 0:
        tasks, database = accounts.for_tasks(), accounts.for_postgres()
        text = f"tasks run as {tasks.name}, PostgreSQL as {database.name}"
        return Finding("Accounts", Verdict.GOOD, text)
    text = "server and tasks share your account"
    advice = (
        "With the launcher `process`, code of a flow can read what you can. Use bubblewrap, or "
        "start the server as root so that tasks get an account of their own."
    )
    return Finding("Accounts", Verdict.WARNING, text, advice)


def _bubblewrap(_home: Home) -> Finding:
    program = shutil.which("bwrap")
    advice = "Install bubblewrap and allow unprivileged user namespaces; until then tasks run as"
    advice += " plain processes."
    if program is None:
        return Finding("Sandbox", Verdict.WARNING, "bwrap is not installed", advice)
    command = [program, "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "/bin/true"]
    account = accounts.for_tasks()
    try:
        tried = subprocess.run(
            command, env={}, cwd="/", capture_output=True, timeout=10, **account.credentials()
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return Finding("Sandbox", Verdict.WARNING, f"bwrap cannot start: {problem}", advice)
    if tried.returncode:
        reason = tried.stderr.decode(errors="replace").strip()
        return Finding("Sandbox", Verdict.WARNING, f"bwrap does not work here: {reason}", advice)
    return Finding("Sandbox", Verdict.GOOD, "bubblewrap works")


def _scripts(_home: Home) -> Finding:
    chosen = os.environ.get("DOWNBEAT_SCRIPT_ENV")
    found = Path(chosen) if chosen else relocation.beside_ours(Path(sys.prefix))
    advice = "Run `make setup`, or point DOWNBEAT_SCRIPT_ENV at an environment."
    if found is None or not (found / "bin" / "python").exists():
        return Finding("Script environment", Verdict.WARNING, "there is none", advice)
    probe = "import importlib.util as u; print(*(n for n in {!r} if not u.find_spec(n)))"
    command = [str(found / "bin" / "python"), "-c", probe.format(NEEDED_BY_SCRIPTS)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if answer.returncode or answer.stdout.strip():
        missing = answer.stdout.strip() or answer.stderr.strip()
        return Finding("Script environment", Verdict.WARNING, f"lacks {missing}", advice)
    return Finding("Script environment", Verdict.GOOD, str(found))


def _database(home: Home) -> Finding:
    if environment.uses_own_database() and not home.database_facts.exists():
        return Finding("Database", Verdict.GOOD, "will be made by `downbeat up`")
    if environment.uses_own_database() and not (home.run / "instance.json").exists():
        return Finding("Database", Verdict.GOOD, "is not running; `downbeat up` starts it")
    try:
        return _asked(home)
    except Exception as problem:  # whatever stops us is the finding
        advice = f"Look into {home.logs / 'postgres.log'}."
        return Finding("Database", Verdict.BAD, str(problem).strip(), advice)


def _asked(home: Home) -> Finding:
    import psycopg

    from downbeat.settings.databases import databases
    from downbeat.settings.environment import read

    facts = databases(read(os.environ), home.root)["default"]
    with psycopg.connect(
        host=str(facts["HOST"]),
        port=str(facts["PORT"]),
        user=str(facts["USER"]),
        password=str(facts["PASSWORD"]),
        dbname=str(facts["NAME"]),
        connect_timeout=5,
    ) as connection:
        row = connection.execute(
            "select current_user, rolsuper or rolbypassrls from pg_roles"
            " where rolname = current_user"
        ).fetchone()
    name, is_mighty = row or ("nobody", True)
    if is_mighty:
        advice = "Run as downbeat_app: `downbeat migrate --roles-sql` prints how to make it."
        return Finding("Database", Verdict.BAD, f"{name} may bypass the tenants' walls", advice)
    return Finding("Database", Verdict.GOOD, f"answers as {name}")


QUESTIONS: tuple[Callable[[Home], Finding], ...] = (
    _settings,
    _python,
    _postgres,
    _folder,
    _disk,
    _orphans,
    _port,
    _database,
    _separation,
    _bubblewrap,
    _scripts,
)
