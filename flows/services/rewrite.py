"""Small changes to an author's source that leave everything else byte for byte."""

from __future__ import annotations

import re

_NAMESPACE = re.compile(r"^namespace[ \t]*:.*$", re.MULTILINE)
_DISABLED = re.compile(r"^disabled[ \t]*:.*$", re.MULTILINE)


def with_disabled(source: str, disabled: bool) -> str:
    """The source with its top-level ``disabled`` set; comments and order stay."""
    line = f"disabled: {'true' if disabled else 'false'}"
    if _DISABLED.search(source):
        return _DISABLED.sub(line, source, count=1)
    return f"{source.rstrip()}\n{line}\n"


def with_namespace(source: str, namespace: str) -> str:
    """The source with its top-level ``namespace`` set; comments and order stay."""
    line = f"namespace: {namespace}"
    if _NAMESPACE.search(source):
        return _NAMESPACE.sub(lambda _: line, source, count=1)
    return f"{source.rstrip()}\n{line}\n"
