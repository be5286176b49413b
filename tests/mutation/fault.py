"""A fault: an idea of how the engine could be wrong, and the edit that makes it so.

An edit names a place by text that stands there exactly once; one that no longer applies is
reported, so that the lists move with the code. ``equivalent`` holds the proof that a fault changes
nothing that anybody could see.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong engine."""

    idea: str
    file: str
    old: str
    new: str
    equivalent: str = ""


def in_file(file: str, *edits: tuple[str, str, str] | tuple[str, str, str, str]) -> list[Fault]:
    """The faults of one file: idea, old text, new text, and a proof if it changes nothing."""
    return [Fault(edit[0], file, *edit[1:]) for edit in edits]
