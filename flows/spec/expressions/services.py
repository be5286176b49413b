"""The world as expressions may ask for it: time, chance, secrets, keys, files, logs.

The language itself reads nothing; whoever renders brings these.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn, Protocol

from flows.spec.expressions.errors import ErrorCode, ExpressionError
from flows.spec.expressions.values import Value


class Services(Protocol):
    """What functions of the language need from outside; a refusal is an `ExpressionError`."""

    def now(self) -> datetime:
        """The current instant, with a zone."""
        ...

    def random(self) -> float:
        """A number from 0 up to, not including, 1."""
        ...

    def new_id(self) -> str:
        """A new unique id."""
        ...

    def secret(self, name: str, namespace: str | None) -> str:
        """A secret's text; the name ignores case; `None` is the namespace of the flow."""
        ...

    def kv(self, key: str, namespace: str | None, error_on_missing: bool) -> Value:
        """The value of a key, or null when it is missing and that is no error."""
        ...

    def read_file(self, path_or_uri: str) -> str:
        """The text of a namespace file or of a file of this execution."""
        ...

    def file_uri(self, path: str) -> str:
        """The internal address of a namespace file."""
        ...

    def file_size(self, uri: str) -> int:
        """Size in bytes."""
        ...

    def file_exists(self, uri: str) -> bool: ...

    def error_logs(self) -> list[Value]:
        """The error lines of this execution, each a map with taskId and message."""
        ...

    def encrypt(self, key: str, text: str) -> str: ...

    def decrypt(self, key: str, text: str) -> str: ...


class NoServices:
    """Refuses everything: for literals, lint and wherever the world is out of reach."""

    def now(self) -> datetime:
        self._refuse("the time")

    def random(self) -> float:
        self._refuse("a random number")

    def new_id(self) -> str:
        self._refuse("a new id")

    def secret(self, name: str, namespace: str | None) -> str:
        self._refuse(f"the secret `{name}`")

    def kv(self, key: str, namespace: str | None, error_on_missing: bool) -> Value:
        self._refuse(f"the key `{key}`")

    def read_file(self, path_or_uri: str) -> str:
        self._refuse(f"the file `{path_or_uri}`")

    def file_uri(self, path: str) -> str:
        self._refuse(f"the file `{path}`")

    def file_size(self, uri: str) -> int:
        self._refuse(f"the file `{uri}`")

    def file_exists(self, uri: str) -> bool:
        self._refuse(f"the file `{uri}`")

    def error_logs(self) -> list[Value]:
        self._refuse("the error logs")

    def encrypt(self, key: str, text: str) -> str:
        self._refuse("encryption")

    def decrypt(self, key: str, text: str) -> str:
        self._refuse("decryption")

    @staticmethod
    def _refuse(what: str) -> NoReturn:
        raise ExpressionError(f"Expressions here cannot ask for {what}", code=ErrorCode.FUNCTION)
