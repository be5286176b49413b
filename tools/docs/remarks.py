"""What the code says under the fields of a class: the sentence that stands below each of them."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def remarks(found: type[BaseModel]) -> Mapping[str, str]:
    """Field name, as sources write it, to what is said of it; the class's own before its bases'."""
    said: dict[str, str] = {}
    for base in reversed(found.__mro__):
        said |= _of_class(base)
    return {
        field.alias or name: said[name]
        for name, field in found.model_fields.items()
        if name in said
    }


@cache
def _of_class(found: type) -> Mapping[str, str]:
    if found in (object, BaseModel) or found.__module__.startswith(("pydantic", "abc", "typing")):
        return {}
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(found)))
    except (OSError, TypeError, SyntaxError):
        return {}
    (body,) = (node.body for node in tree.body if isinstance(node, ast.ClassDef))
    said: dict[str, str] = {}
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                said[name] = " ".join(text.split())
            case _:
                continue
    return said
