"""Paths of namespaces and slugs of tenants: what they look like and whose children they are. Pure."""

from __future__ import annotations

import re

from downbeat.sdk.reserved import INSTANCE_WORDS, NAMESPACE_WORDS

LONGEST = 150
ROOT = ""
_PATH = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*(\.[a-zA-Z0-9][a-zA-Z0-9_-]*)*")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def valid_path(path: str) -> bool:
    """Whether a namespace may be called so."""
    return (
        len(path) <= LONGEST and _PATH.fullmatch(path) is not None and path not in NAMESPACE_WORDS
    )


def valid_slug(slug: str) -> bool:
    """Whether a tenant may be called so."""
    return _SLUG.fullmatch(slug) is not None and slug not in INSTANCE_WORDS


def lineage(path: str) -> list[str]:
    """The path and its ancestors, the root of the tenant first: `"", "company", "company.data"`."""
    if path == ROOT:
        return [ROOT]
    parts = path.split(".")
    return [ROOT, *(".".join(parts[: end + 1]) for end in range(len(parts)))]


def parent(path: str) -> str:
    """The path above; the root's for a top-level namespace."""
    return path.rpartition(".")[0]
