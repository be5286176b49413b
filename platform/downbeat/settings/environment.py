"""Reads DOWNBEAT_* from an environment: typed, with X_FILE variants, and nothing misspelt.

A name that the catalogue does not know stops the process and names the nearest known one: a
setting that is silently ignored is found only when it was needed.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from downbeat.bad_setting import BadSetting
from downbeat.settings.catalogue import FREE_PREFIXES, PREFIX, SETTINGS, Setting

FILE_SUFFIX = "_FILE"
TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True)
class Values:
    """The environment as read: text by short name, converted on request."""

    texts: Mapping[str, str]
    task_variables: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The text of a setting, or its default; None when neither exists."""
        declared = SETTINGS[name]
        found = self.texts.get(name, declared.default)
        if found is not None and declared.choices and found not in declared.choices:
            raise BadSetting(f"{declared.variable} must be one of {', '.join(declared.choices)}")
        return found or None

    def required(self, name: str) -> str:
        """The text of a setting that has a default."""
        found = self.text(name)
        if found is None:
            raise BadSetting(f"{SETTINGS[name].variable} is not set")
        return found

    def number(self, name: str) -> int | None:
        """A whole number."""
        found = self.text(name)
        try:
            return None if found is None else int(found)
        except ValueError:
            raise BadSetting(f"{SETTINGS[name].variable} must be a whole number") from None

    def seconds(self, name: str) -> float:
        """A duration in seconds."""
        found = self.required(name)
        try:
            seconds = float(found)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise BadSetting(f"{SETTINGS[name].variable} must be a number of seconds, 0 or more")
        return seconds

    def flag(self, name: str) -> bool:
        """Yes or no."""
        found = (self.text(name) or "").lower()
        if found in TRUE or found in FALSE:
            return found in TRUE
        raise BadSetting(f"{SETTINGS[name].variable} must be 1 or 0")

    def items(self, name: str) -> tuple[str, ...]:
        """The parts of a comma-separated list."""
        return tuple(part.strip() for part in (self.text(name) or "").split(",") if part.strip())

    def json(self, name: str) -> dict[str, object]:
        """A JSON object."""
        try:
            found = json.loads(self.text(name) or "{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise BadSetting(f"{SETTINGS[name].variable} must be a JSON object")
        return found

    def folders(self, name: str) -> dict[str, tuple[str, ...]]:
        """Folders by namespace glob, written `company.*=/data:/srv;other=/tmp` or as JSON."""
        text = (self.text(name) or "").strip()
        if text.startswith("{"):
            found = self.json(name)
            return {glob: _paths(paths) for glob, paths in found.items()}
        pairs = (part.partition("=") for part in text.split(";") if part.strip())
        return {glob.strip(): _paths(paths.split(":")) for glob, _, paths in pairs}


def _paths(found: object) -> tuple[str, ...]:
    listed = found if isinstance(found, list) else [found]
    return tuple(str(path).strip() for path in listed if str(path).strip())


def read(environment: Mapping[str, str]) -> Values:
    """Everything that the environment says about us; raises BadSetting for what we don't know."""
    texts: dict[str, str] = {}
    task_variables: dict[str, str] = {}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX):
            continue
        short = variable.removeprefix(PREFIX)
        if short.startswith(tuple(FREE_PREFIXES)):
            task_variables[short.removeprefix("ENV_").lower()] = environment[variable]
        else:
            declared, text = _known(short, environment[variable])
            if declared.name in texts:
                raise BadSetting(f"{declared.variable} and {declared.variable}_FILE are both set")
            texts[declared.name] = text
    return Values(texts=texts, task_variables=task_variables)


def _known(short: str, value: str) -> tuple[Setting, str]:
    if short in SETTINGS:
        return SETTINGS[short], value
    stem = short.removesuffix(FILE_SUFFIX)
    if stem != short and stem in SETTINGS:
        return SETTINGS[stem], _file(stem, value)
    near = difflib.get_close_matches(short, SETTINGS, n=1, cutoff=0.0)
    raise BadSetting(f"{PREFIX}{short} is not a setting. Did you mean {PREFIX}{near[0]}?")


def _file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as problem:
        reason = problem.strerror or "it cannot be read"
        raise BadSetting(f"{PREFIX}{name}_FILE: {path}: {reason}") from None


def database_parts(url: str) -> dict[str, str]:
    """Host, port, user, password and name of a PostgreSQL address; a host may be a folder.

    A socket folder is written as `postgresql://user@%2Frun%2Fsocket/name` or as `?host=/run/socket`.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting("A database address begins with postgresql://")
    query = dict(pair.partition("=")[::2] for pair in parts.query.split("&") if pair)
    host = query.pop("host", "") or _raw_host(parts.netloc)
    return {
        "HOST": unquote(host),
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "NAME": unquote(parts.path.lstrip("/")),
        **{f"option:{key}": unquote(value) for key, value in query.items()},
    }


def _raw_host(netloc: str) -> str:
    # urlsplit lowers the host, and a socket folder may have capitals.
    address = netloc.rpartition("@")[2]
    return address.rpartition(":")[0] if ":" in address else address


def database_url(*, user: str, password: str, host: str, port: str, name: str) -> str:
    """The address that `database_parts` reads back."""
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    where = quote(host, safe="") + (f":{port}" if port else "")
    return f"postgresql://{login}@{where}/{quote(name, safe='')}"
