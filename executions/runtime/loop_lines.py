"""Lines of a large file as the items of a loop, without ever holding all of them.

The file is cut once, when the loop begins, into pages of JSON beside the execution's other files.
The loop's row holds where they are and with which item each of them starts; an item costs the
read of its page. Whatever happens to the file afterwards, the loop goes over what it began with.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final, overload

from downbeat.common.storage import Storage

LINES_PER_PAGE: Final = 1_000
PAGE_BYTES: Final = 4 << 20
LONGEST_LINE: Final = 8 << 20
MOST_LINES: Final = 1_000_000
LARGEST_FILE: Final = 1 << 30
_CHUNK: Final = 1 << 20
_PAGES_HELD: Final = 4
_KEYS: Final = frozenset({"lines", "pages", "starts"})


class TooMuch(ValueError):
    """A file is no list of items that a loop can go over; says why."""


@dataclass(slots=True)
class Lines(Sequence[str]):
    """The items, read page by page.

    ``folder`` is where the pages lie, ``starts`` the number of the first item of each page.
    """

    files: Storage
    folder: str
    total: int
    starts: Sequence[int]
    seen: Callable[[str], str] = str
    """What an item is known by: a secret in it is sealed."""
    _held: OrderedDict[int, list[str]] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(self.total))]
        number = range(self.total)[index]
        page = bisect_right(self.starts, number) - 1
        return self.seen(self._page(page)[number - self.starts[page]])

    def _page(self, page: int) -> list[str]:
        if page not in self._held:
            with self.files.open(_name(self.folder, page)) as file:
                self._held[page] = json.loads(file.read())
            if len(self._held) > _PAGES_HELD:
                self._held.popitem(last=False)
        return self._held[page]

    def reference(self) -> dict[str, Any]:
        """What the loop's row keeps."""
        return {"lines": self.total, "pages": self.folder, "starts": list(self.starts)}

    def are_there(self) -> bool:
        """Whether the pages still are: those of a replayed execution may have been removed."""
        return not self.starts or self.files.exists(_name(self.folder, len(self.starts) - 1))


def referred(files: Storage, stored: Any) -> Lines | None:
    """The lines that a loop's row refers to; ``None`` if it holds its items itself."""
    if not isinstance(stored, Mapping) or stored.keys() != _KEYS:
        return None
    return Lines(files, stored["pages"], stored["lines"], stored["starts"])


def cut(files: Storage, uri: str, folder: str) -> Lines:
    """Writes the pages; the same file gives the same pages, however often it is cut.

    Raises ``TooMuch`` and ``storage.Missing``; what was written by then goes with the execution.
    """
    starts: list[int] = []
    page: list[str] = []
    count = weight = 0

    def turn() -> None:
        files.put(_name(folder, len(starts)), json.dumps(page, ensure_ascii=False).encode())
        starts.append(count - len(page))
        page.clear()

    with files.open(uri) as file:
        for line in lines_of(file):
            page.append(line)
            count, weight = count + 1, weight + len(line)
            if count > MOST_LINES:
                raise TooMuch(f"the file has more than {MOST_LINES} lines")
            if len(page) == LINES_PER_PAGE or weight >= PAGE_BYTES:
                turn()
                weight = 0
    if page:
        turn()
    return Lines(files, folder, count, starts)


def lines_of(file: BinaryIO) -> Iterator[str]:
    """The lines that are not empty, as text; bytes that are no UTF-8 are replaced."""
    rest = b""
    while chunk := file.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in whole if line)
        if len(rest) > LONGEST_LINE:
            raise TooMuch(f"one of its lines is longer than {LONGEST_LINE} bytes")
    if rest:
        yield rest.decode("utf-8", "replace")


def _name(folder: str, page: int) -> str:
    return f"{folder}/{page}.json"
