"""Cycles among things that need each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def find_cycle(needs: Mapping[str, Sequence[str]]) -> tuple[str, ...] | None:
    """The names along one cycle, the first repeated at the end; ``None`` if there is none.

    Works without recursion, so that long chains cannot exhaust the stack.
    """
    done: set[str] = set()
    for origin in needs:
        path: list[str] = []
        on_path: set[str] = set()
        pending = [(origin, False)]
        while pending:
            name, leaving = pending.pop()
            if leaving:
                on_path.discard(path.pop())
                done.add(name)
            elif name in on_path:
                return (*path[path.index(name) :], name)
            elif name not in done:
                path.append(name)
                on_path.add(name)
                pending.append((name, True))
                pending.extend((need, False) for need in needs.get(name, ()) if need in needs)
    return None
