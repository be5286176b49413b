"""Addresses in internal storage: one spelling each, and never out of the tenant's part."""

from __future__ import annotations

from urllib.parse import quote, unquote

from downbeat.common.errors import Invalid

SCHEME = "downbeat"
# Flows written for another server name its scheme; it means the same.
SCHEMES = (f"{SCHEME}://", "kestra://")
LONGEST = 1024
LONGEST_PART = 240


class BadPath(Invalid):
    """{path} is not an address in internal storage: {reason}."""

    code = "storage.path"


def clean(path: str) -> str:
    """The path below the tenant, `a/b/c`, of an address or a path; raises BadPath."""
    if "\x00" in path or len(path) > LONGEST * 3:
        raise BadPath(path=path[:80], reason="it is too long or has a zero byte")
    parts = [part for part in _below_tenant(path).split("/") if part not in {"", "."}]
    if any(part == ".." for part in parts):
        raise BadPath(path=path, reason="it climbs out with '..'")
    if any(len(part.encode()) > LONGEST_PART for part in parts):
        raise BadPath(path=path, reason=f"a part is longer than {LONGEST_PART} bytes")
    return "/".join(parts)


def _below_tenant(path: str) -> str:
    for scheme in SCHEMES:
        if path.startswith(scheme):
            rest = path.removeprefix(scheme)
            if not rest.startswith("/"):
                raise BadPath(path=path, reason="it names a host")
            return unquote(rest)
    if "://" in path:
        raise BadPath(path=path, reason=f"it does not begin with {SCHEME}://")
    return path


def uri_of(path: str) -> str:
    """The address of a clean path."""
    return f"{SCHEME}:///{quote(path, safe='/~!$&()*+,;=:@')}"


def is_uri(text: str) -> bool:
    """Whether a text is an address in internal storage."""
    return text.startswith(tuple(scheme + "/" for scheme in SCHEMES))
