"""A cache of compiled templates, bounded by their number and by the length of their sources.

Compiled closures take many times the room of their text: by number alone, a few thousand long
templates of one user would fill the memory of everybody.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

_T = TypeVar("_T")


class SourceCache(Generic[_T]):
    """Keeps what was made from the sources used last; safe to share between threads."""

    def __init__(self, make: Callable[[str], _T], *, entries: int, chars: int) -> None:
        self._make = make
        self._entries = entries
        self._chars = chars
        self._held = 0
        self._made: OrderedDict[str, _T] = OrderedDict()
        self._lock = Lock()

    def get(self, source: str) -> _T:
        """What the source makes; made outside the lock, so that a slow one holds nobody up."""
        with self._lock:
            known = self._made.get(source)
            if known is not None:
                self._made.move_to_end(source)
                return known
        made = self._make(source)
        with self._lock:
            self._keep(source, made)
        return made

    def _keep(self, source: str, made: _T) -> None:
        if len(source) > self._chars // 4 or source in self._made:
            return
        self._made[source] = made
        self._held += len(source)
        while self._held > self._chars or len(self._made) > self._entries:
            oldest, _ = self._made.popitem(last=False)
            self._held -= len(oldest)

    def __len__(self) -> int:
        return len(self._made)
