"""The page of error codes: every class of error that a client may be told of."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from downbeat.common.errors import AppError
from tools.docs.page import Page, code, page, prose, table

ROOT: Final = Path(__file__).resolve().parents[2]
# Where packages begin, and the folders in which errors for clients are declared.
_SOURCES: Final = (("platform", "downbeat"), ("", "tenants"), ("", "flows"), ("", "executions"))
_INTRO: Final = """
An error of the HTTP API is `application/problem+json`: `type`, `title`, `status`, `code`, `detail`
(also as `message`), `instance`, and `errors`, a list of findings with `path`, `line`, `column`,
`code` and `message` where there are any. A code never changes its meaning; words in braces are
filled in. Besides these, the framework's own refusals come as `not_authenticated`,
`authentication_failed`, `method_not_allowed`, `unsupported_media_type`, `parse_error` and
`throttled`; a missing CSRF token as `csrf`, a foreign host name as `host`, what nobody foresaw as
`internal`. What one may not see is answered with 404, as if it did not exist.
"""


def pages() -> Iterator[Page]:
    """One page."""
    rows = [_row(error) for error in declared()]
    yield page("errors.md", "Errors", _INTRO, table(("Code", "Status", "Message"), rows))


def declared() -> list[type[AppError]]:
    """Every error class with a code of its own, by code; what is imported so far plays no role."""
    for module in _modules():
        import_module(module)
    found = {error.code: error for error in _below(AppError) if _is_ours(error)}
    return [found[name] for name in sorted(found)]


def _is_ours(error: type[AppError]) -> bool:
    roots = {name for _, name in _SOURCES}
    return "code" in vars(error) and error.__module__.partition(".")[0] in roots


def _below(base: type[AppError]) -> Iterator[type[AppError]]:
    for error in base.__subclasses__():
        yield error
        yield from _below(error)


def _modules() -> Iterator[str]:
    for folder, name in _SOURCES:
        base = ROOT / folder
        for file in sorted((base / name).rglob("*.py")):
            if _declares_a_code(file):
                yield ".".join(file.relative_to(base).with_suffix("").parts).removesuffix(
                    ".__init__"
                )


def _declares_a_code(file: Path) -> bool:
    """Whether a class of the module sets `code` and `status` or `code` alone."""
    text = file.read_text(encoding="utf-8")
    if "code = " not in text or "common.errors" not in text:
        return False
    classes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef)]
    return any(_sets_code(node) for item in classes for node in item.body)


def _sets_code(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "code" for target in node.targets
    )


def _row(error: type[AppError]) -> tuple[str, str, str]:
    message = " ".join(inspect.cleandoc(error.__doc__ or "").split())
    return code(error.code), str(int(error.status)), prose(message)
