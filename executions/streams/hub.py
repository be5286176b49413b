"""One listening connection per web process, fanned out to all who watch.

Theory of operation. Every committed change is notified with a topic. The hub's thread hears all
of them and hands each, on the event loop, to the watches of that tenant and topic. A watch is a
bounded queue: whoever does not read in time is cut off rather than allowed to grow, and takes up
again from the last number it saw. What is missed while the connection is away is announced by a
``stream.gap``: who hears it reads again.
"""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final
from uuid import UUID

from downbeat.common import notify
from downbeat.common.events import STREAM_CHANNEL, StreamEvent

QUEUE: Final = 200
GAP: Final = "stream.gap"
Topic = tuple[UUID, str]


class Watch:
    """One reader's queue for any number of topics."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[StreamEvent] = asyncio.Queue(QUEUE)
        self.overrun = False

    def put(self, event: StreamEvent) -> None:
        """Hands an event over; a full queue marks the reader as too slow."""
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            self.overrun = True

    async def next(self, timeout: float) -> StreamEvent | None:
        """The next event; None when nothing came in time."""
        try:
            async with asyncio.timeout(timeout):
                return await self._queue.get()
        except TimeoutError:
            return None

    def drain(self) -> None:
        """Forgets what waits: the reader is about to read everything anyway."""
        while not self._queue.empty():
            self._queue.get_nowait()


class Hub:
    """The fan-out of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._watches: dict[Topic, set[Watch]] = defaultdict(set)
        self._stop: threading.Event | None = None

    @contextmanager
    def watching(self, watch: Watch, topic: Topic) -> Iterator[None]:
        """The watch hears the topic inside the block."""
        self.add(watch, topic)
        try:
            yield
        finally:
            self.remove(watch, topic)

    def add(self, watch: Watch, topic: Topic) -> None:
        """From now on the watch hears the topic; the first one starts the listener."""
        self._watches[topic].add(watch)
        if self._stop is None:
            self._stop = threading.Event()
            threading.Thread(
                target=self._listen, args=(self._stop,), name="streams", daemon=True
            ).start()

    def remove(self, watch: Watch, topic: Topic) -> None:
        """The watch no longer hears the topic; the last one stops the listener."""
        watches = self._watches.get(topic)
        if watches is not None:
            watches.discard(watch)
            if not watches:
                del self._watches[topic]
        if not self._watches and self._stop is not None:
            self._stop.set()
            self._stop = None

    def _listen(self, stop: threading.Event) -> None:
        def heard(_channel: str, payload: str) -> None:
            # A listener that was stopped lives a moment longer, beside the one that took its place:
            # what both hear would be told twice.
            if not stop.is_set():
                self._heard(payload)

        notify.listen([STREAM_CHANNEL], heard, stop=stop, connected=self._connected)

    def _heard(self, payload: str) -> None:
        event = StreamEvent.decode(payload)
        self._soon(lambda: self._dispatch(event))

    def _dispatch(self, event: StreamEvent) -> None:
        for watch in tuple(self._watches.get((event.tenant, event.topic), ())):
            watch.put(event)

    def _connected(self) -> None:
        self._soon(self._announce_gap)

    def _soon(self, act: Callable[[], None]) -> None:
        """Nobody watches any more when the loop is closed; the listener hears of that a bit later."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act)

    def _announce_gap(self) -> None:
        for (tenant, topic), watches in tuple(self._watches.items()):
            for watch in tuple(watches):
                watch.put(StreamEvent(tenant, topic, GAP, {}))


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _hubs.get(loop)
    if found is None:
        for stale in [known for known in _hubs if known.is_closed()]:
            del _hubs[stale]
        found = _hubs[loop] = Hub(loop)
    return found
