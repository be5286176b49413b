"""Makes the Python environment of scripts reachable for the account that task processes run as.

Below somebody's closed home that account can enter neither the environment nor, often, the Python
it was made with. Then both are cloned into an open folder: by hard links where the file system
allows it, so that it costs neither time nor space, by copies elsewhere. Libraries hold no secrets.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from downbeat.embedded.accounts import Account
from downbeat.embedded.rooms import FALLBACK

STAMP = ".complete"
LEFT_OUT = shutil.ignore_patterns("test", "idlelib", "turtledemo", "*.a", "ensurepip")


def beside_ours(prefix: Path) -> Path | None:
    """The environment of scripts that `make setup` puts beside the server's, if it did."""
    found = prefix.parent / ".venv-scripts"
    return found if (found / "bin" / "python").exists() else None


def reachable(environment: Path, account: Account) -> Path:
    """The environment itself when the account can be brought to run it, else its clone.

    A worker that may mount reveals the environment to its tasks in a view of their own; only where
    the kernel forbids that (most containers) the clone is needed.
    """
    python = environment / "bin" / "python"
    if not account.credentials() or account.can_run(python) or _may_mount():
        return environment
    target = FALLBACK / "environments" / _key(environment)
    if not (target / STAMP).exists():
        _clone(environment, target)
    return target


def _may_mount() -> bool:
    try:
        return (
            subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL).returncode
            == 0
        )
    except OSError:
        return False


def _key(environment: Path) -> str:
    """Changes when the environment was rebuilt."""
    facts = (environment / "pyvenv.cfg").stat()
    packages = _packages(environment).stat()
    text = f"{environment}:{facts.st_mtime_ns}:{packages.st_mtime_ns}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _clone(environment: Path, target: Path) -> None:
    """A Python of its own with the environment's packages in it: nothing points back."""
    fresh = target.with_name(f".{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for folder in (FALLBACK, target.parent, fresh):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    python = (environment / "bin" / "python").resolve()
    base, version = python.parent.parent, _packages(environment).parent.name
    (fresh / "bin").mkdir()
    _interpreter(python, fresh / "bin" / "python", base / "lib")
    for name in ("python3", version):
        (fresh / "bin" / name).symlink_to("python")
    library = fresh / "lib" / version
    _tree(base / "lib" / version, library, skip_packages=True)
    for shared in (base / "lib").glob("libpython*"):
        _link(str(shared.resolve()), str(fresh / "lib" / shared.name))
    _tree(_packages(environment), library / "site-packages", skip_packages=False)
    (fresh / STAMP).touch()
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _interpreter(python: Path, target: Path, libraries: Path) -> None:
    """Copies the program; one built with a shared library is told to look beside itself.

    Such a program carries the library's folder as an absolute path, and the account cannot enter
    that one. The new path is shorter, so it fits into the old one's place.
    """
    program = python.read_bytes()
    absolute, relative = os.fsencode(libraries) + b"\0", b"$ORIGIN/../lib\0"
    if absolute in program and len(absolute) >= len(relative):
        program = program.replace(absolute, relative.ljust(len(absolute), b"\0"))
    target.write_bytes(program)
    target.chmod(0o755)


def _tree(source: Path, target: Path, *, skip_packages: bool) -> None:
    def ignore(folder: str, names: list[str]) -> set[str]:
        left_out = LEFT_OUT(folder, names) if skip_packages else set()
        packages = {"site-packages"} if skip_packages and Path(folder) == source else set()
        return left_out | packages

    shutil.copytree(source, target, ignore=ignore, copy_function=_link)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        folder.chmod(0o755)


def _link(source: str, target: str) -> str:
    """A hard link when that is possible and readable for everybody, else a copy that is."""
    facts = Path(source).stat()
    mode = facts.st_mode
    if mode & 0o004:
        try:
            os.link(source, target)
            return target
        except OSError:
            pass  # another file system, or links to files of others are forbidden
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if mode & 0o100 else 0o644)
    # A compiled file is one of a source of this age; else each task would compile it anew.
    os.utime(target, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    return target


def _packages(environment: Path) -> Path:
    return next(iter(sorted((environment / "lib").glob("python3*/site-packages"))))
