"""A resource as it is kept: known attributes in their own spelling, values of the right kind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tenants.scim.errors import BadSyntax, BadValue
from tenants.scim.paths import Document
from tenants.scim.schema import Attribute, Kind, ResourceType

MOST_ITEMS: Final = 50_000
LONGEST_TEXT: Final = 2_000
_WORDS: Final = {"true": True, "false": False}
_ALWAYS: Final = frozenset({"schemas", "id", "meta"})


def read(written: object, type: ResourceType, *, complete: bool = True) -> Document:
    """The resource that somebody wrote, without what they cannot set; raises BadValue.

    `complete`: whether what is required has to be there.
    """
    if not isinstance(written, Mapping):
        raise BadSyntax("it must be an object")
    document = _read(written, type.core.attributes)
    for extension in type.extensions:
        for name, part in written.items():
            if str(name).lower() == extension.id.lower() and isinstance(part, Mapping):
                inside = _read(part, extension.attributes)
                if inside:
                    document[extension.id] = inside
    if complete:
        _require(document, type)
    return document


def value_of(attribute: Attribute, written: object) -> Any:
    """One value, or a list of them, of the kind that the attribute has; None for nothing."""
    if attribute.many:
        listed = written if isinstance(written, list) else [written]
        if len(listed) > MOST_ITEMS:
            raise BadValue(f"{attribute.name} has more than {MOST_ITEMS} items")
        found = [_one(attribute, item) for item in listed if item is not None]
        return _one_primary([item for item in found if item not in ({}, "")])
    if isinstance(written, list):
        written = written[0] if len(written) == 1 else written
    return _one(attribute, written)


def shown(document: Document, only: Iterable[str], without: Iterable[str]) -> Document:
    """What a client asked to see: `attributes` or `excludedAttributes` (RFC 7644 section 3.9)."""
    wanted = [name.strip() for name in only if name.strip()]
    if wanted:
        kept = {name: value for name, value in document.items() if name in _ALWAYS}
        for name in wanted:
            _take(document, kept, name)
        return kept
    left = {name: _copied(value) for name, value in document.items()}
    for name in without:
        _drop(left, name.strip())
    return left


def schemas_of(document: Document, type: ResourceType) -> list[str]:
    """The addresses of the schemas that a resource uses."""
    return [type.core.id, *(item.id for item in type.extensions if document.get(item.id))]


def _read(written: Mapping[str, Any], attributes: Iterable[Attribute]) -> Document:
    known = {item.name.lower(): item for item in attributes}
    document: Document = {}
    for name, value in written.items():
        attribute = known.get(str(name).lower())
        if attribute is None or attribute.read_only:
            continue
        found = value_of(attribute, value)
        if found not in (None, [], {}):
            document[attribute.name] = found
    return document


def _require(document: Document, type: ResourceType) -> None:
    for attribute in type.core.attributes:
        if attribute.required and document.get(attribute.name) in (None, ""):
            raise BadValue(f"{attribute.name} is required")


def _one(attribute: Attribute, written: object) -> Any:
    if written is None:
        return None
    match attribute.kind:
        case Kind.BOOLEAN:
            return _boolean(attribute, written)
        case Kind.COMPLEX:
            return _complex(attribute, written)
        case _ if isinstance(written, str | int | float) and not isinstance(written, bool):
            text = str(written)
            if len(text) > LONGEST_TEXT or "\x00" in text:
                raise BadValue(f"{attribute.name} is too long, or holds a null character")
            return text
        case _:
            raise BadValue(f"{attribute.name} must be a text")


def _boolean(attribute: Attribute, written: object) -> bool:
    """Microsoft Entra writes booleans as the texts "True" and "False"."""
    if isinstance(written, bool):
        return written
    found = _WORDS.get(str(written).lower())
    if found is None:
        raise BadValue(f"{attribute.name} must be true or false")
    return found


def _complex(attribute: Attribute, written: object) -> Document:
    if isinstance(written, str):
        # A manager, for example, is written by some directories as the bare id.
        value = attribute.child("value")
        return {"value": written} if value is not None and written else {}
    if not isinstance(written, Mapping):
        raise BadValue(f"{attribute.name} must be an object")
    return _read(written, attribute.inside)


def _one_primary(items: list[Any]) -> list[Any]:
    """The last of those that say they are primary is."""
    primary = [
        at for at, item in enumerate(items) if isinstance(item, dict) and item.get("primary")
    ]
    for at in primary[:-1]:
        items[at] = {**items[at], "primary": False}
    return items


def _take(document: Document, kept: Document, wanted: str) -> None:
    part, name, sub = _split(document, wanted)
    if part is None or name is None:
        return
    target = kept if part is document else kept.setdefault(_key_of(document, part), {})
    value = part[name]
    if sub is None:
        target[name] = _copied(value)
    elif isinstance(value, dict):
        target.setdefault(name, {}).update(_only(value, sub))
    elif isinstance(value, list):
        target[name] = [_only(item, sub) for item in value if isinstance(item, dict)]


def _drop(document: Document, unwanted: str) -> None:
    part, name, sub = _split(document, unwanted)
    if part is None or name is None or name in _ALWAYS:
        return
    value = part[name]
    if sub is None:
        del part[name]
        return
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            for inner in [key for key in item if key.lower() == sub.lower()]:
                del item[inner]


def _split(document: Document, text: str) -> tuple[Document | None, str | None, str | None]:
    """The part, the name in it, and the name inside that, which a path means in a document."""
    part, rest = document, text
    for key, value in document.items():
        if ":" in key and text.lower().startswith(key.lower()):
            part, rest = value, text[len(key) :].lstrip(":")
            if not rest:
                return document, key, None
    if ":" in rest:
        rest = rest.rpartition(":")[2]
    name, _, sub = rest.partition(".")
    found = next((key for key in part if key.lower() == name.lower()), None)
    return part, found, sub or None


def _key_of(document: Document, part: Document) -> str:
    return next(key for key, value in document.items() if value is part)


def _only(item: Document, sub: str) -> Document:
    return {key: value for key, value in item.items() if key.lower() == sub.lower()}


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return dict(value) if isinstance(value, dict) else value
