"""Paths such as `outputs.load.uri`: how they are written, and when they are known in advance."""

from __future__ import annotations

from flows.spec.expressions.nodes import Attribute, Expression, Literal, Name


def constant_path(node: Expression) -> tuple[Name, tuple[Literal, ...]] | None:
    """The root name and the keys of a path, if all keys are written out; else None."""
    keys: list[Literal] = []
    while isinstance(node, Attribute):
        if not isinstance(node.key, Literal):
            return None
        keys.append(node.key)
        node = node.base
    return (node, tuple(reversed(keys))) if isinstance(node, Name) else None


def path_text(node: Expression) -> str:
    """A path as its author would write it."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Attribute):
        base = path_text(node.base)
        if not isinstance(node.key, Literal):
            return f"{base}[{path_text(node.key)}]"
        key = node.key.value
        if isinstance(key, str):
            return f"{base}.{key}" if key.isidentifier() else f"{base}['{key}']"
        return f"{base}[{key}]"
    if isinstance(node, Literal):
        return repr(node.value)
    return "…"
