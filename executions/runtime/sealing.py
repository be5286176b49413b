"""Texts that are kept encrypted: sealed when they come to be, opened where expressions read them.

Outputs are sealed by the tasks that make them. Whatever else the engine keeps (rendered values,
inputs of child executions) is sealed text by text where a known secret is in it.

A token names the namespace that it was sealed in, and is authenticated with it and the tenant: a
flow of another namespace opens it only if it may reach that one, as with secrets. It is named by its
id, which stays when the namespace moves; older tokens name its path, which may be a former one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from downbeat.common.scope import tenant_entered
from downbeat.sdk.sealed import marked, sealed, token_of
from executions.runtime.reach import may_reach
from executions.runtime.work_places import Held
from executions.worker.masking import Masker
from tenants import facade as tenants


def seal(tenant_id: UUID, namespace: str, text: str) -> dict[str, str]:
    """The map that stands for the text in outputs of a flow of this namespace."""
    with tenant_entered(tenant_id):
        mark = _mark(namespace)
        token = tenants.encrypt(text, context=_context(tenant_id, mark))
    return sealed(f"{mark}/{token}")


def open_token(tenant_id: UUID, own: str, token: str) -> str | None:
    """The text, for a flow of the namespace ``own``; ``None`` if it may not read it.

    Raises ``Undecryptable`` when the token was changed or its key is gone.
    """
    mark, _, rest = token.partition("/")
    with tenant_entered(tenant_id):
        namespace = _place(mark)
        if namespace is None or not (own == namespace or may_reach(own, namespace)):
            return None
        return tenants.decrypt(rest, context=_context(tenant_id, mark))


def _mark(namespace: str) -> str:
    """What a namespace is called in tokens: no path begins so."""
    id = tenants.namespace_id(namespace)
    return namespace if id is None else f"~{id}"


def _place(mark: str) -> str | None:
    """Where the namespace is that a token names; None if it is gone."""
    if not mark.startswith("~"):
        return tenants.current_path(mark)
    try:
        return tenants.namespace_path(UUID(mark[1:]))
    except ValueError:
        return None


def _decrypted(namespace: str, token: str, context: Callable[[str], str]) -> str:
    """What was sealed in a namespace under its id, its path or a path that it had before."""
    for mark in _marks(namespace):
        try:
            return tenants.decrypt(token, context=context(mark))
        except tenants.Undecryptable:
            continue
    raise tenants.Undecryptable


def _marks(namespace: str) -> Iterator[str]:
    yield from dict.fromkeys((_mark(namespace), namespace))
    yield from tenants.former_paths(namespace)


@dataclass(frozen=True, slots=True)
class ValueSeal:
    """Seals inputs (those that are no SECRET ones, but were given a secret) and variables of a flow.

    A value is sealed whole, with the texts that have to be hidden, so that opening looks no deeper
    than at the values themselves. Each is authenticated with its flow and its name: copied into
    another input, or given to another flow, it is not opened.
    """

    tenant_id: UUID
    namespace: str
    flow_id: str
    kind: str = "input"

    def sealed(self, values: Mapping[str, Any], masker: Masker) -> dict[str, Any]:
        """The values as they are stored."""
        return {name: self._sealed(name, value, masker) for name, value in values.items()}

    def _sealed(self, name: str, value: Any, masker: Masker) -> Any:
        texts: list[str] = []
        masker.sealed(value, texts.append)
        if not texts:
            return value
        packed = json.dumps({"value": value, "texts": texts}, default=str)
        with tenant_entered(self.tenant_id):
            context = self._context(name, _mark(self.namespace))
            return sealed(tenants.encrypt(packed, context=context))

    def opened(self, values: Mapping[str, Any]) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The values as tasks see them, and the texts in them that have to be hidden."""
        tokens = {name: token for name, value in values.items() if (token := token_of(value))}
        if not tokens:
            return values, ()
        found, texts = dict(values), []
        for name, token in tokens.items():
            try:
                with tenant_entered(self.tenant_id):
                    found_text = _decrypted(self.namespace, token, partial(self._context, name))
                content = json.loads(found_text)
            except tenants.Undecryptable:
                continue  # a map that a client gave, which only looks like a sealed input
            found[name] = content["value"]
            texts += content["texts"]
        return found, tuple(texts)

    def _context(self, name: str, mark: str) -> str:
        return f"{self.kind}/{self.tenant_id}/{mark}/{self.flow_id}/{name}"


def kept_items(
    items: Sequence[Any], masker: Masker, seal_one: Callable[[str], dict[str, str]]
) -> Sequence[Any]:
    """What a loop goes over (texts, or pairs of them) as it is stored.

    Equal values stay equal: they share one token, and with it one place among the outputs.
    """
    known: dict[str, str] = {}

    def seal(text: str) -> str:
        if text not in known:
            known[text] = marked(str(token_of(seal_one(text))))
        return known[text]

    found: Sequence[Any] = masker.sealed(items, seal)
    return found


def keep(tenant_id: UUID, namespace: str, text: str) -> dict[str, str]:
    """The map that stands for a text among what only the engine reads.

    No answer shows it, and it is another kind than that of outputs, so that a sealed output that
    somebody hands in is handed on as it is.
    """
    with tenant_entered(tenant_id):
        return sealed(tenants.encrypt(text, context=_kept(tenant_id, _mark(namespace))))


def kept_text(tenant_id: UUID, namespace: str, token: str) -> str | None:
    """The text that ``keep`` has sealed; ``None`` for any other token."""
    try:
        with tenant_entered(tenant_id):
            return _decrypted(namespace, token, partial(_kept, tenant_id))
    except tenants.Undecryptable:
        return None


def _kept(tenant_id: UUID, mark: str) -> str:
    return f"kept/{tenant_id}/{mark}"


def _context(tenant_id: UUID, mark: str) -> str:
    return f"output/{tenant_id}/{mark}"


def _seal(held: Held, arguments: Mapping[str, Any]) -> Any:
    return seal(held.key.tenant_id, held.place.namespace, str(arguments["text"]))


def _keep(held: Held, arguments: Mapping[str, Any]) -> Any:
    return keep(held.key.tenant_id, held.place.namespace, str(arguments["text"]))


def _open(held: Held, arguments: Mapping[str, Any]) -> Any:
    return open_token(held.key.tenant_id, held.place.namespace, str(arguments["token"]))


OPERATIONS: Final[Mapping[str, Callable[[Held, Mapping[str, Any]], Any]]] = {
    "secret.seal": _seal,
    "secret.keep": _keep,
    "secret.open": _open,
}
