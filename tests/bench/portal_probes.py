"""Measures inside a page: when something is shown, how evenly it moves, how soon a key is painted."""

from __future__ import annotations

import gzip
import statistics
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Page, Response

LATE_MS: Final = 25.0
# A frame that has been painted is noticed in the task after its animation callback.
SCRIPT: Final = """
window.probe = {
  tasks: [],
  shown: (selector) => new Promise((resolve) => {
    const look = () => document.querySelector(selector)
      ? requestAnimationFrame((now) => resolve(now)) : requestAnimationFrame(look);
    look();
  }),
  scroll: (selector, pixels, frames) => new Promise((resolve) => {
    const inner = [...document.querySelectorAll(selector)]
      .find((one) => one.scrollHeight > one.clientHeight + 10);
    const times = [];
    let last;
    const step = (now) => {
      if (last !== undefined) times.push(now - last);
      last = now;
      inner.scrollTop += pixels;
      if (times.length < frames) requestAnimationFrame(step); else resolve(times);
    };
    requestAnimationFrame(step);
  }),
  keys: [],
  listen: () => addEventListener("keydown", (event) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => probe.keys.push(performance.now() - event.timeStamp);
    requestAnimationFrame(() => channel.port2.postMessage(0));
  }, {capture: true}),
};
new PerformanceObserver((list) => probe.tasks.push(...list.getEntries().map((one) => one.duration)))
  .observe({type: "longtask"});
"""


@dataclass(frozen=True)
class Frames:
    """Times between frames, in milliseconds."""

    median: float
    p95: float
    late: float
    longest_task: float


@dataclass(frozen=True)
class Typed:
    """Times from a key to the paint that shows it, in milliseconds."""

    median: float
    p95: float
    longest: float


def opened_in(page: Page, address: str, shown: str) -> float:
    """Milliseconds from the start of a navigation to the frame that shows what is asked for."""
    page.goto(address, wait_until="commit")
    found: float = page.evaluate("selector => probe.shown(selector)", shown)
    return found


def scrolled(page: Page, selector: str, *, pixels: int, frames: int) -> Frames:
    """How evenly the first thing of a kind that scrolls does so."""
    page.evaluate("probe.tasks.length = 0")
    times: list[float] = page.evaluate(
        "([selector, pixels, frames]) => probe.scroll(selector, pixels, frames)",
        [selector, pixels, frames],
    )
    tasks: list[float] = page.evaluate("probe.tasks")
    late = sum(time > LATE_MS for time in times) / len(times)
    return Frames(statistics.median(times), _p95(times), late, max(tasks, default=0.0))


def typed(page: Page, text: str, *, pause_ms: int) -> Typed:
    """What each key of a text takes until it is painted."""
    page.evaluate("probe.keys.length = 0; probe.listen()")
    page.keyboard.type(text, delay=pause_ms)
    page.wait_for_timeout(1000)
    times: list[float] = page.evaluate("probe.keys")
    return Typed(statistics.median(times), _p95(times), max(times))


def elements(page: Page) -> float:
    """How many elements the page has."""
    return float(page.evaluate("document.querySelectorAll('*').length"))


def memory(page: Page) -> float:
    """Megabytes of the page's script objects that are in use."""
    return float(page.evaluate("performance.memory.usedJSHeapSize / 1e6"))


def slowest(page: Page, part: str) -> float:
    """The longest answer to a question whose address has a part, as the browser timed it."""
    found: list[float] = page.evaluate(
        "part => performance.getEntriesByType('resource')"
        ".filter((one) => one.name.includes(part)).map((one) => one.duration)",
        part,
    )
    return max(found, default=0.0)


def javascript(page: Page, address: str) -> int:
    """Bytes of JavaScript that a page has loaded once it is quiet, each file packed as it travels."""
    scripts: dict[str, Response] = {}

    def keep(answer: Response) -> None:
        if answer.request.resource_type == "script":
            scripts[answer.url] = answer

    page.on("response", keep)
    page.goto(address, wait_until="networkidle")
    page.remove_listener("response", keep)
    return sum(len(gzip.compress(answer.body(), 6)) for answer in scripts.values())


def _p95(times: list[Any]) -> float:
    return float(statistics.quantiles(times, n=20)[-1])
