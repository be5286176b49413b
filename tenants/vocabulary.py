"""How permissions are spelled outside: `{"FLOW": ["VIEW", "UPDATE"]}`, as existing clients write. Pure.

A role may be written in that form, with more actions than we tell apart (RESTART and PAUSE are
both `execution.edit`), or as a list of our own names (`flow.view`, `flow.*`). It is shown in one
form only, which reads back to the same rights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase

from downbeat.common.errors import FieldError, InvalidFields
from tenants.policy import PERMISSIONS, VERBS

RESOURCES: dict[str, str] = {
    **{name: name.upper() for name in VERBS},
    "kv": "KVSTORE",
    "connection": "CREDENTIAL",
    "file": "NAMESPACE_FILE",
    "serviceaccount": "SERVICE_ACCOUNT",
    "audit": "AUDITLOG",
    "identityprovider": "IDENTITY_PROVIDER",
}
ACTIONS: dict[str, str] = {
    "view": "VIEW",
    "create": "CREATE",
    "edit": "UPDATE",
    "delete": "DELETE",
    "kill": "KILL",
    "approve": "APPROVE",
}
_VERB_OF = {
    **{word: verb for verb, word in ACTIONS.items()},
    "READ": "view",
    "LIST": "view",
    "EXPORT": "view",
    "FOLLOW": "view",
    "VALIDATE": "view",
    "USE": "view",
    "IMPORT": "create",
    "EDIT": "edit",
    "EXECUTE": "create",
    "RESTART": "edit",
    "REPLAY": "edit",
    "PAUSE": "edit",
    "RESUME": "edit",
    "UNQUEUE": "edit",
    "FORCE_RUN": "edit",
    "CHANGE_LABELS": "edit",
    "DISABLE": "edit",
    "ENABLE": "edit",
    "UNLOCK": "edit",
    "LOCK": "edit",
    "BACKFILL": "edit",
    "MANAGE_FILES": "edit",
    "MANAGE_MEMBERS": "edit",
    "MANAGE_GROUP_MEMBERSHIP": "edit",
}
# What existing clients put under one resource and we under another.
_ELSEWHERE: dict[tuple[str, str], str] = {
    ("FLOW", "EXECUTE"): "execution.create",
    ("EXECUTION", "ACCESS_LOGS"): "log.view",
    ("EXECUTION", "ACCESS_OUTPUTS"): "output.view",
    ("EXECUTION", "ACCESS_FILES"): "output.view",
    ("TENANT_ACCESS", "VIEW"): "user.view",
    ("TENANT_ACCESS", "LIST"): "user.view",
    ("TENANT_ACCESS", "CREATE"): "user.edit",
    ("TENANT_ACCESS", "UPDATE"): "user.edit",
    ("TENANT_ACCESS", "DELETE"): "user.edit",
    ("INVITATION", "VIEW"): "user.view",
    ("INVITATION", "LIST"): "user.view",
    ("INVITATION", "CREATE"): "user.edit",
    ("INVITATION", "UPDATE"): "user.edit",
    ("INVITATION", "DELETE"): "user.edit",
}
_OUR_RESOURCE = {word: name for name, word in RESOURCES.items()}
WORDS = tuple(sorted({*_OUR_RESOURCE, *(resource for resource, _ in _ELSEWHERE)}))


def read(written: object) -> frozenset[str]:
    """The permissions that somebody wrote; raises InvalidFields (422) with the nearest word."""
    errors: list[FieldError] = []
    found: set[str] = set()
    for path, names, error in _read(written):
        found.update(names)
        if error:
            errors.append(FieldError(error, path=path, code="permission.unknown"))
    if not found and not errors:
        errors.append(FieldError("a role needs at least one permission", path="permissions"))
    if errors:
        raise InvalidFields(errors)
    return frozenset(found)


def show(permissions: Iterable[str]) -> dict[str, list[str]]:
    """Permissions as clients read them."""
    shown: dict[str, list[str]] = {}
    for name in sorted(permissions, key=PERMISSIONS.index):
        resource, _, verb = name.partition(".")
        shown.setdefault(RESOURCES[resource], []).append(ACTIONS[verb])
    return shown


def one(written: str) -> str:
    """One permission of ours by its name; raises InvalidFields with the nearest."""
    if written in PERMISSIONS:
        return written
    text = _unknown("permission", written, PERMISSIONS)
    raise InvalidFields([FieldError(text, path="permission", code="permission.unknown")])


_Reading = tuple[str, frozenset[str], str | None]


def _read(written: object) -> Iterable[_Reading]:
    nothing: frozenset[str] = frozenset()
    if isinstance(written, Mapping):
        for resource, actions in written.items():
            path = f"permissions.{resource}"
            if not isinstance(actions, list):
                yield path, nothing, "must be a list of actions"
                continue
            for action in actions:
                yield path, *_action(str(resource).upper(), str(action).upper())
    elif isinstance(written, list):
        for at, name in enumerate(written):
            yield f"permissions.{at}", *_pattern(str(name))
    else:
        yield "permissions", nothing, "must be a map of resources, or a list of permissions"


def _action(resource: str, action: str) -> tuple[frozenset[str], str | None]:
    if (resource, action) in _ELSEWHERE:
        return frozenset({_ELSEWHERE[resource, action]}), None
    ours = _OUR_RESOURCE.get(resource)
    if ours is None:
        if resource in WORDS:
            known = sorted(word for place, word in _ELSEWHERE if place == resource)
            return frozenset(), _unknown(f"action of {resource}", action, known)
        return frozenset(), _unknown("resource", resource, WORDS)
    verb = _VERB_OF.get(action)
    if verb is None or verb not in VERBS[ours]:
        verb = "edit" if verb in {"create", "delete"} and "edit" in VERBS[ours] else None
    if verb is None:
        known = sorted({ACTIONS[each] for each in VERBS[ours]})
        return frozenset(), _unknown(f"action of {resource}", action, known)
    return frozenset({f"{ours}.{verb}"}), None


def _pattern(name: str) -> tuple[frozenset[str], str | None]:
    found = frozenset(known for known in PERMISSIONS if fnmatchcase(known, name))
    return found, None if found else _unknown("permission", name, PERMISSIONS)


def _unknown(what: str, word: str, known: Iterable[str]) -> str:
    words = list(known)
    near = get_close_matches(word, words, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]}?" if near else f"use one of {', '.join(words)}"
    return f"there is no {what} {word}; {advice}"
