"""Texts that are kept encrypted among plain data: a map of two keys that stands for the text.

The platform seals and opens; tasks hand the map on. Whoever renders an expression sees the text.
Where only a text can stand (keys of maps, values that a loop goes over) it is the token with a mark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

TYPE: Final = "io.kestra.datatype:aes_encrypted"
"""The name of the kind in outputs, as clients of the flow language know it."""


def sealed(token: str) -> dict[str, str]:
    """The map that stands for an encrypted text."""
    return {"type": TYPE, "value": token}


MARK: Final = "sealed:"
"""What the texts begin with that stand for sealed ones as keys and as values of loops."""


def marked(token: str) -> str:
    """The text that stands for an encrypted one where no map can."""
    return MARK + token


def token_of_marked(text: str) -> str | None:
    """The token of a marked text; ``None`` for any other text."""
    return text[len(MARK) :] if text.startswith(MARK) else None


def token_of(value: object) -> str | None:
    """The token of a sealed text; ``None`` for any other value."""
    if isinstance(value, Mapping) and len(value) == 2 and value.get("type") == TYPE:
        token = value.get("value")
        return token if isinstance(token, str) else None
    return None


def opened(value: Any, open_one: Callable[[str], str | None]) -> Any:
    """The value with every sealed text in it opened; one that may not be opened stays as it is.

    ``open_one`` gives the text of a token, or ``None``. Nothing is copied where nothing is sealed.
    """
    if (token := token_of(value)) is not None:
        text = open_one(token)
        return value if text is None else text
    match value:
        case dict():
            found = {_key(key, open_one): opened(item, open_one) for key, item in value.items()}
            return value if all(found.get(key, found) is value[key] for key in value) else found
        case list():
            items = [opened(item, open_one) for item in value]
            return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
        case _:
            return value


def _key(key: Any, open_one: Callable[[str], str | None]) -> Any:
    token = token_of_marked(key) if isinstance(key, str) else None
    text = None if token is None else open_one(token)
    return key if text is None else text
