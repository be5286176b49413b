"""Compiles what the server and tasks import, once, so that no process does it for itself.

Python would write the compiled files at the first import. But tasks run as users who may write
nothing, and many shells and images set PYTHONDONTWRITEBYTECODE: then each start of the server, and
each task that imports its vendor's library, compiles thousands of files anew.
"""

from __future__ import annotations

import compileall
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import distributions
from pathlib import Path

import stamps

PACKAGES = ("platform", "tenants", "flows", "executions")
STAMP = ".compiled-from"
IS_TEST = re.compile(r"(^|/)tests?/")
PORTION = 50


def compile_installed(environment: Path, lock: Path) -> None:
    """Compiles the packages of a lock where an environment has them, without their own tests."""
    _compile(_installed(environment, _named(lock)))


def compile_ours(root: Path, environment: Path) -> None:
    """Compiles our own packages; costs a look at each file when nothing has changed."""
    sources = sorted(_sources(root))
    value = _state(sources)
    if not stamps.is_fresh(environment / STAMP, value):
        _compile(sources)
        stamps.write(environment / STAMP, value)


def _named(lock: Path) -> frozenset[str]:
    text = lock.read_text(encoding="utf-8")
    return frozenset(_plain(name) for name in re.findall(r"^([\w.-]+)==", text, flags=re.MULTILINE))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _installed(environment: Path, names: frozenset[str]) -> Iterator[Path]:
    places = [str(place) for place in environment.glob("lib/python3*/site-packages")]
    for package in distributions(path=places):
        if _plain(package.metadata["Name"]) not in names:
            continue
        for file in package.files or ():
            if file.suffix == ".py" and not IS_TEST.search(str(file)):
                yield Path(str(package.locate_file(file)))


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        yield from (root / package).rglob("*.py")


def _state(sources: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for source in sources:
        facts = source.stat()
        found.update(f"{source}\0{facts.st_mtime_ns}\0{facts.st_size}\n".encode())
    return found.hexdigest()


def _compile(files: Iterable[Path]) -> None:
    """On every processor; what cannot be compiled or written is left to whoever imports it."""
    every = sorted(files)
    portions = [every[at : at + PORTION] for at in range(0, len(every), PORTION)]
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        list(workers.map(_compile_portion, portions))


def _compile_portion(files: list[Path]) -> None:
    for file in files:
        compileall.compile_file(file, quiet=2)
