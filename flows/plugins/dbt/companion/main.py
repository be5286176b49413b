"""Runs the commands of a dbt task: shows dbt's lines, and reports what each call of dbt did.

Lines ``::{…}::`` of the commands themselves pass through. The results of a call are read when the
next one begins and at the end, because each call writes over those of the one before.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, TextIO

from flows.plugins.dbt.companion.lineage import Manifest, assets
from flows.plugins.dbt.companion.places import Warehouse, read_profile
from flows.plugins.dbt.companion.results import (
    Invocation,
    NodeRun,
    TooLarge,
    read_invocation,
    read_json,
)
from flows.plugins.dbt.companion.told import told

_LONGEST_LINE: Final = 1 << 20
_FIRST_EVENT: Final = "MainReportVersion"
_REMEMBERED_ERRORS: Final = 3
_REMEMBERED_CRIES: Final = 5
_LAST_WORDS: Final = 2.0
_PER_REPORT: Final = 50
_MOST_NAMED: Final = 20
_LONGEST_ERROR: Final = 4_000
_MOST_ASSETS: Final = 1_000
_LARGEST_MANIFEST: Final = 512 * 1024 * 1024
_WITHOUT_PROJECT: Final = "No dbt_project.yml found"
_ADVICE: Final = (
    " Put the project among the namespace files or the input files, or name its folder with"
    " 'projectDir'."
)


@dataclass
class Options:
    """What the task wants of its companion."""

    project_dir: str = ""
    profiles_dir: str | None = None
    target: str | None = None
    dbt_path: str | None = None
    parse_results: bool = True


@dataclass
class Companion:
    """One run of the commands in one folder."""

    folder: Path
    options: Options
    environment: dict[str, str]
    say: TextIO
    runs: dict[str, NodeRun] = field(default_factory=dict)
    warned: bool = False
    errors: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED_ERRORS))
    cries: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED_CRIES))
    _known: dict[str, object] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        """The folder of the project."""
        return self.folder / (self.environment.get("DBT_PROJECT_DIR") or self.options.project_dir)

    @property
    def target(self) -> Path:
        """Where dbt puts what it leaves."""
        return self.project / (self.environment.get("DBT_TARGET_PATH") or "target")

    def prepare(self, bin: Path) -> None:
        """Puts our ``dbt`` before all others, and tells dbt where project and profiles are."""
        given = self.environment
        if self.options.project_dir:
            given.setdefault("DBT_PROJECT_DIR", str(self.folder / self.options.project_dir))
        given.setdefault("DBT_PROFILES_DIR", str(self.profiles()))
        if (line := self._dbt()) is not None:
            bin.mkdir(parents=True, exist_ok=True)
            (bin / "dbt").write_text(f'#!/bin/sh\nexec {line} "$@"\n')
            (bin / "dbt").chmod(0o755)
            given["PATH"] = f"{bin}:{given.get('PATH', os.defpath)}"
        for path in self._reports():
            self._known[path.name] = _mark(path)

    def profiles(self) -> Path:
        """The folder of the profiles; where there are none, dbt is to say so itself."""
        if given := self.environment.get("DBT_PROFILES_DIR") or self.options.profiles_dir:
            return self.folder / given
        for folder in (self.folder, self.folder / ".profile", self.project):
            if (folder / "profiles.yml").exists():
                return folder
        return self.project if self.project.is_dir() else self.folder

    def _dbt(self) -> str | None:
        if self.options.dbt_path:
            return shlex.quote(str(self.folder / self.options.dbt_path))
        own = self.folder / "bin" / "dbt"
        if own.exists():
            return shlex.quote(str(own))
        if Path(sys.executable).with_name("dbt").exists():
            polite = Path(__file__).with_name("politely.py")
            return shlex.join([sys.executable, str(polite)])
        return None

    def run(self, argv: Sequence[str]) -> int:
        """Runs the commands to their end; returns their exit code."""
        process = subprocess.Popen(  # noqa: S603 - what the task asks for, in its own process
            argv,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=self.folder,
        )
        # The commands hear it too; their last lines and results are still read.
        signal.signal(signal.SIGTERM, lambda *_: None)
        if process.stdout is not None and process.stderr is not None:
            other = threading.Thread(target=self.overhear, args=(process.stderr,), daemon=True)
            other.start()
            self.hear(process.stdout)
            other.join(_LAST_WORDS)
        code = process.wait()
        return code if code >= 0 else 128 - code

    def overhear(self, lines: IO[bytes]) -> None:
        """Hands on what the commands print as errors, and keeps the end of it."""
        while line := lines.readline(_LONGEST_LINE):
            sys.stderr.buffer.write(line)
            sys.stderr.buffer.flush()
            self.cries.append(line.decode("utf-8", "backslashreplace").strip())

    def hear(self, lines: IO[bytes]) -> None:
        """Shows what the commands print until they are silent for good."""
        while line := lines.readline(_LONGEST_LINE):
            event = told(line)
            if event is None:
                self.say.write(line.decode("utf-8", "backslashreplace"))
                self.say.flush()
                continue
            if event.event == _FIRST_EVENT:
                self.read_results()
            if event.message:
                self._report({"logs": [{"level": event.level, "message": event.message}]})
            self.warned = self.warned or event.level == "WARN"
            if event.level == "ERROR" and event.message:
                self.errors.append(event.message)

    def read_results(self) -> None:
        """Reports what the last call of dbt did, unless that is reported already."""
        if not self.options.parse_results:
            return
        for path in self._reports():
            mark = _mark(path)
            if mark is None or mark == self._known.get(path.name):
                continue
            self._known[path.name] = mark
            try:
                found = read_invocation(path)
            except TooLarge as problem:
                self._note(f"{problem}: what it says about each node is not shown")
                continue
            if found is not None:
                self._show(found)

    def finish(self, code: int) -> None:
        """Reports what is known once all has ended."""
        self.read_results()
        if self.options.parse_results and self.runs:
            self._show_assets()
        warned = self.warned or any(run.state == "WARNING" for run in self.runs.values())
        report: dict[str, Any] = {"warning": warned}
        if code and (reason := self._reason()):
            report["error"] = reason
        self._report(report)

    def _show(self, invocation: Invocation) -> None:
        runs = invocation.runs
        for start in range(0, len(runs), _PER_REPORT):
            some = runs[start : start + _PER_REPORT]
            metrics = [metric for run in some for metric in _measured(run)]
            self._report({"taskRuns": [_task_run(run) for run in some], "metrics": metrics})
        self.runs.update((run.unique_id, run) for run in runs)
        self._report({"metrics": _counted(invocation)})

    def _show_assets(self) -> None:
        try:
            manifest = Manifest.of(read_json(self.target / "manifest.json", _LARGEST_MANIFEST))
        except TooLarge as problem:
            self._note(f"{problem}: assets are not recorded")
            return
        if manifest is None:
            return
        facts = read_profile(self.project, self.profiles(), self.options.target)
        warehouse = Warehouse(manifest.adapter, facts, str(self.folder))
        found = list(assets(manifest, self.runs.values(), warehouse))
        if len(found) > _MOST_ASSETS:
            self._note(f"{len(found) - _MOST_ASSETS} of {len(found)} assets are not recorded")
        for start in range(0, min(len(found), _MOST_ASSETS), _PER_REPORT):
            self._report({"assets": found[start : min(start + _PER_REPORT, _MOST_ASSETS)]})

    def _reason(self) -> str:
        broken = [run for run in self.runs.values() if run.broken]
        if not broken:
            text = "\n".join(filter(None, self.errors or self.cries))
            return (text + (_ADVICE if _WITHOUT_PROJECT in text else ""))[:_LONGEST_ERROR]
        named = "; ".join(
            f"{run.kind} {run.name}: {run.message or run.status}" for run in broken[:_MOST_NAMED]
        )
        more = len(broken) - _MOST_NAMED
        tail = f"; and {more} more" if more > 0 else ""
        return f"{len(broken)} of {len(self.runs)} nodes failed: {named}{tail}"[:_LONGEST_ERROR]

    def _reports(self) -> tuple[Path, ...]:
        return (self.target / "run_results.json", self.target / "sources.json")

    def _note(self, text: str) -> None:
        self._report({"logs": [{"level": "WARN", "message": text}]})

    def _report(self, report: Mapping[str, Any]) -> None:
        self.say.write(f"::{json.dumps(report)}::\n")
        self.say.flush()


def _mark(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _task_run(run: NodeRun) -> dict[str, Any]:
    outputs = {
        "uniqueId": run.unique_id,
        "status": run.status,
        "message": run.message,
        "executionTime": run.seconds,
        "rows": run.rows,
        "failures": run.failures,
        "relation": run.relation,
    }
    return {
        "taskId": run.name,
        "value": run.unique_id,
        "state": run.state,
        "startedAt": run.started,
        "endedAt": run.ended,
        "error": run.message if run.broken else None,
        "outputs": {name: value for name, value in outputs.items() if value is not None},
    }


def _measured(run: NodeRun) -> list[dict[str, Any]]:
    tags = {"node": run.unique_id}
    found = [
        {"name": name.replace("_", "."), "type": "counter", "value": value, "tags": tags}
        for name, value in run.measures.items()
    ]
    seconds = {"name": "node.duration", "type": "timer", "value": run.seconds, "tags": tags}
    return [*found, seconds]


def _counted(invocation: Invocation) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for run in invocation.runs:
        counts[run.status] = counts.get(run.status, 0) + 1
    found: list[dict[str, Any]] = [
        {"name": "nodes", "type": "counter", "value": count, "tags": {"status": status}}
        for status, count in counts.items()
    ]
    return [*found, {"name": "duration", "type": "timer", "value": invocation.seconds}]


def main() -> int:
    """The exit code of the commands."""
    root = Path(sys.argv[0]).resolve().parent
    options = Options(**json.loads((root / "options.json").read_text(encoding="utf-8")))
    companion = Companion(Path.cwd(), options, dict(os.environ), sys.stdout)
    companion.prepare(root / "bin")
    code = companion.run(sys.argv[sys.argv.index("--") + 1 :])
    companion.finish(code)
    return code
