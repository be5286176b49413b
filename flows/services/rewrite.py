"""Small changes to an author's source that leave everything else byte for byte."""

from __future__ import annotations

import re

_DISABLED = re.compile(r"^disabled[ \t]*:.*$", re.MULTILINE)


def with_disabled(source: str, disabled: bool) -> str:
    """The source with its top-level ``disabled`` set; comments and order stay."""
    line = f"disabled: {'true' if disabled else 'false'}"
    if _DISABLED.search(source):
        return _DISABLED.sub(line, source, count=1)
    return f"{source.rstrip()}\n{line}\n"
