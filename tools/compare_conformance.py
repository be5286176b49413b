"""Judges a conformance report by what was decided: `compare_conformance.py REPORT DECISIONS`.

DECISIONS lists cases that may fail, each with its reason:

    {"cases": {"some-case": "why the expectation is held to be wrong"}}

Red is: a failure that is not listed, a listed case that passes, a case that was skipped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a report, in words, one case a line."""

    complaints: tuple[str, ...]
    passed: int
    excused: int

    @property
    def is_green(self) -> bool:
        """Whether nothing is wrong."""
        return not self.complaints


def judge(results: Mapping[str, str], allowed: Mapping[str, str]) -> Verdict:
    """Compares the status of each case with what is allowed."""
    complaints: list[str] = []
    excused = 0
    for case, status in sorted(results.items()):
        match status.lower():
            case "failed" if case in allowed:
                excused += 1
            case "failed":
                complaints.append(f"{case}: failed and is not listed")
            case "passed" if case in allowed:
                complaints.append(f"{case}: is listed but passes; remove it from the list")
            case "passed":
                continue
            case other:
                complaints.append(f"{case}: {other}")
    passed = sum(status.lower() == "passed" for status in results.values())
    return Verdict(tuple(complaints), passed, excused)


def main(arguments: list[str]) -> int:
    """0 when the report is as decided, 1 when not, 2 for bad use."""
    if len(arguments) != 2:
        print(__doc__)
        return 2
    report, decisions = (Path(argument) for argument in arguments)
    results = {
        case["id"]: case["status"]
        for case in json.loads(report.read_text(encoding="utf-8"))["cases"]
    }
    allowed = _allowed(decisions)
    verdict = judge(results, allowed)
    print(f"{verdict.passed} passed, {verdict.excused} failed as decided.")
    for complaint in verdict.complaints:
        print(f"RED {complaint}")
    return 0 if verdict.is_green else 1


def _allowed(decisions: Path) -> Mapping[str, str]:
    if not decisions.exists():
        return {}
    found = json.loads(decisions.read_text(encoding="utf-8"))["cases"]
    unexplained = [case for case, reason in found.items() if not str(reason).strip()]
    if unexplained:
        raise SystemExit(f"{decisions}: no reason is given for {', '.join(unexplained)}")
    return {str(case): str(reason) for case, reason in found.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
