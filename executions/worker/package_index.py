"""Lets uv fetch packages from where pip is told to: uv does not read pip's configuration.

Nothing here names an index. Whatever the operator has configured for either of them is respected;
uv's own variables win. Only the standard library is imported: `make setup` uses this before
anything is installed.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

SAME_THING = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
}
LISTS = {"extra-index-url", "find-links", "trusted-host"}


def environment(python: Path) -> dict[str, str]:
    """Our environment with pip's choices said in uv's words."""
    found = dict(os.environ)
    # The oldest names of uv's variables still mean the same.
    given = found.keys() | ({"UV_DEFAULT_INDEX"} if "UV_INDEX_URL" in found else set())
    for name, value in _pip_settings(python).items():
        variable = SAME_THING[name]
        if variable not in given:
            found[variable] = _for_uv(name, value)
    # pip takes the best of all indexes. Every package is pinned by its hash, so it does not matter
    # which of them delivers it.
    found.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    # The cache and the environment may lie on different disks.
    found.setdefault("UV_LINK_MODE", "hardlink" if _same_disk() else "copy")
    return found


def _pip_settings(python: Path) -> Mapping[str, str]:
    """pip's configuration by name; files first, then the environment, as pip ranks them."""
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True
    ).stdout
    ranked: dict[str, tuple[int, str]] = {}
    for line in listed.splitlines():
        place, sign, value = line.partition("=")
        section, _, name = place.rpartition(".")
        rank = {"global": 0, "install": 1, ":env:": 2}.get(section)
        if not sign or name not in SAME_THING or rank is None:
            continue
        if rank >= ranked.get(name, (-1, ""))[0]:
            ranked[name] = (rank, _unquoted(value))
    return {name: value for name, (_, value) in ranked.items() if value}


def _unquoted(value: str) -> str:
    try:
        return " ".join(shlex.split(value)).replace("\\n", " ").strip()
    except ValueError:
        return value.strip("'\"")


def _for_uv(name: str, value: str) -> str:
    parts = value.split()
    if name == "find-links":
        return ",".join(parts)
    return " ".join(parts) if name in LISTS else value


def _same_disk() -> bool:
    cache = Path(os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache")
    try:
        return cache.stat().st_dev == Path.cwd().stat().st_dev
    except OSError:
        return False
