"""Where relations are: the address of a table, from the profile that dbt used.

Query tasks and dbt name the same table alike: ``postgres://host/database/schema/table``,
``duckdb://file/schema/table``. Without a readable profile the address starts with the database.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

_ENV_VAR: Final = re.compile(
    r"\{\{\s*env_var\(\s*['\"]([^'\"]+)['\"]\s*(?:,\s*['\"]([^'\"]*)['\"]\s*)?\)[^}]*\}\}"
)
_LARGEST: Final = 1 << 20
_DEFAULT_PORTS: Final = {"postgres": 5432, "redshift": 5439, "mysql": 3306, "clickhouse": 8123}


@dataclass(frozen=True)
class Warehouse:
    """The system that dbt works in, and how to reach it."""

    adapter: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    folder: str = ""
    """The working directory: files below it are named from there."""

    def uri(self, database: str | None, schema: str | None, table: str) -> str:
        """The address of a table."""
        if self.adapter == "duckdb":
            return self._in_file(database, schema, table)
        return f"{self.adapter}://" + _path(self._host(), database, schema, table)

    def _host(self) -> str | None:
        named = (self.facts.get(name) for name in ("host", "server", "account"))
        host = next((str(name) for name in named if name), None)
        port = self.facts.get("port")
        if host is not None and host.startswith("/"):
            host = "localhost"  # the folder of a socket
        if host is None or port in (None, "", _DEFAULT_PORTS.get(self.adapter)):
            return host
        return host if str(port) == str(_DEFAULT_PORTS.get(self.adapter)) else f"{host}:{port}"

    def _in_file(self, database: str | None, schema: str | None, table: str) -> str:
        path = str(self.facts.get("path") or "")
        if path in ("", ":memory:"):
            return "duckdb://" + _path("memory", database, schema, table)
        stem = Path(path.partition("?")[0]).stem
        other = None if database in (None, stem) else database
        shown = path.removeprefix(f"{self.folder}/") if self.folder else path
        return f"duckdb://{quote(shown.removeprefix('./'), safe='/:')}/" + _path(
            other, schema, table
        )


def _path(*parts: str | None) -> str:
    return "/".join(quote(part, safe=":") for part in parts if part)


def read_profile(project: Path, profiles: Path, target: str | None) -> dict[str, Any]:
    """The connection that dbt used; empty if it cannot be told from the files."""
    name = _yaml(project / "dbt_project.yml").get("profile")
    profile = _yaml(profiles / "profiles.yml").get(name)
    if not isinstance(profile, dict):
        return {}
    outputs = profile.get("outputs")
    wanted = target or _rendered(profile.get("target")) or "default"
    found = outputs.get(wanted) if isinstance(outputs, dict) else None
    if not isinstance(found, dict):
        return {}
    return {str(key): _rendered(value) for key, value in found.items()}


def _yaml(path: Path) -> dict[Any, Any]:
    try:
        import yaml  # dbt brings it; where it is missing, addresses are shorter

        with path.open(encoding="utf-8") as file:
            found = yaml.safe_load(file.read(_LARGEST))
    except Exception:
        return {}
    return found if isinstance(found, dict) else {}


def _rendered(value: Any) -> Any:
    """A value with ``env_var()`` in place; anything else of Jinja makes it unknown."""
    if not isinstance(value, str):
        return value
    text = _ENV_VAR.sub(lambda found: os.environ.get(found[1], found[2] or ""), value)
    return None if "{{" in text else text
