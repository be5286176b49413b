"""Runs a script: fills its folder, starts it in the warm child or in a shell, collects its files."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from downbeat.sdk.script import Program
from executions.worker import interpreted
from executions.worker.choosing import is_version, script_python
from executions.worker.environments import Environments, Recipe, Waiting
from executions.worker.session import Session
from executions.worker.stored_pairs import load_pair, store_pair
from executions.worker.supervision import Ended
from executions.worker.work import AttemptResult, Ending
from executions.worker.workspace import Workspace

_SCRIPT = "script.py"
_SPARE_NAME = ".downbeat-script.py"
_COMPANION = ".companion"


@dataclass(slots=True)
class ScriptJob:
    """One run of a program."""

    session: Session
    program: Program
    environments: Environments

    def run(self) -> AttemptResult:
        """The result of the script."""
        session, program = self.session, self.program
        for notice in program.notices:
            session.book.say("INFO", notice)
        space = Workspace(
            session.folder,
            session.channel,
            session.work.key,
            session.settings.uid,
            session.settings.task_gid,
        )
        self._fill(space)
        job = self._job(space)
        session.grace = program.grace
        session.book.flush_if_due()
        return self._result(session.supervise(job))

    def _fill(self, space: Workspace) -> None:
        """Puts the files of the program into its folder, the task's own over all others."""
        session, program = self.session, self.program
        there = program.unless_file is not None and os.path.lexists(
            session.folder / program.unless_file
        )
        if program.namespace_files is not None and not there:
            space.add_namespace_files(program.namespace_files, session.work.info.namespace)
        space.add_input_files(program.input_files)
        for name, text in program.files.items():
            space.write_text(name, space.localized(text))
        for pair in program.loads:
            load_pair(session, space, pair)

    def _job(self, space: Workspace) -> dict[str, Any]:
        program = self.program
        python = self._python()
        given = {name: space.localized(value) for name, value in program.env.items()}
        env = self.session.environment(given)
        if program.language == "python":
            env["PATH"] = f"{python.parent}:{env['PATH']}"
            env["VIRTUAL_ENV"] = str(python.parent.parent)
        job: dict[str, Any] = {"workdir": str(self.session.folder), "env": env}
        source = None if program.source is None else space.localized(program.source)
        if source is not None and self._runs_in_child(source):
            return {**job, "mode": "python", "source": source, "filename": self._name(space)}
        if program.language == "python":
            self._add_interpreted(space, env)
        commands = program.commands
        if source is not None:
            name = self._name(space)
            space.write_text(name, source)
            commands = (shlex.join([str(python), "-u", interpreted.START, name]),)
        argv = self._shell(space, commands)
        return {**job, "mode": "exec", "argv": self._accompanied(space, python, argv)}

    def _add_interpreted(self, space: Workspace, env: dict[str, str]) -> None:
        """What scripts find in the warm child, for interpreters that the commands start."""
        for name, text in interpreted.files().items():
            space.write_text(name, text)
        own = str(space.folder / interpreted.MODULES)
        env["PYTHONPATH"] = f"{env['PYTHONPATH']}:{own}" if env.get("PYTHONPATH") else own

    def _accompanied(self, space: Workspace, python: Path, argv: list[str]) -> list[str]:
        """The command line of the companion, if the program has one: it runs the other one."""
        companion = self.program.companion
        if companion is None:
            return argv
        for name, text in companion.files.items():
            space.write_text(f"{_COMPANION}/{name}", text)
        first = space.folder / _COMPANION / next(iter(companion.files))
        return [str(python), "-I", "-B", str(first), "--", *argv]

    def _runs_in_child(self, source: str) -> bool:
        """Whether the warm child's own interpreter is the one that the script wants."""
        program = self.program
        return not (
            program.before_commands
            or program.dependencies
            or program.interpreter
            or self._other_version()
            or "\0" in source
        )

    def _name(self, space: Workspace) -> str:
        name = _SPARE_NAME if (space.folder / _SCRIPT).exists() else _SCRIPT
        self.session.hidden.add(name)
        return name

    def _python(self) -> Path:
        program, session = self.program, self.session
        version = self._other_version()
        own = program.dependencies or version or program.lock
        if program.language != "python" or not own:
            return script_python(session.settings)
        recipe = Recipe(program.dependencies, program.lock, version, program.keep_dependencies)
        if version and not (program.dependencies or program.lock):
            session.book.say(
                "INFO", f"Python {version} is not the default one: only its own library is there"
            )

        def tell(text: str) -> None:
            session.book.say("INFO", text)
            session.book.flush()

        return self.environments.python(recipe, Waiting(tell, session.control.killed))

    def _other_version(self) -> str | None:
        """The version of Python that is wanted, unless the default one is of it."""
        wanted = self.program.python_version
        default = script_python(self.session.settings)
        return None if wanted is None or is_version(default, wanted) else wanted

    def _shell(self, space: Workspace, commands: tuple[str, ...]) -> list[str]:
        program = self.program
        lines = [space.localized(line) for line in (*program.before_commands, *commands)]
        if program.fail_fast:
            lines.insert(0, "set -e")
        interpreter = program.interpreter or (_default_shell(), "-c")
        return [*interpreter, "\n".join(lines)]

    def _result(self, ended: Ended) -> AttemptResult:
        session = self.session
        code = ended.code
        if ended.message is not None and isinstance(ended.message.get("code"), int):
            code = ended.message["code"]
        session.outputs.setdefault("vars", {})
        session.outputs["exitCode"] = code if code is None or code >= 0 else 128 - code
        session.outputs["stdOutLineCount"] = session.line_counts["stdout"]
        session.outputs["stdErrLineCount"] = session.line_counts["stderr"]
        if ended.stop is not None:
            return session.stopped(ended.stop)
        session.outputs["outputFiles"] = self._saved_files()
        if code != 0:
            said = session.said_error
            return session.failed("exit", f"{_failure(code)}{'' if said is None else f': {said}'}")
        for pair in self.program.stores:
            store_pair(session, pair)
        noisy = self.program.warning_on_stderr and session.line_counts["stderr"]
        if noisy or session.said_warning:
            return session.result(Ending.WARNING)
        return session.result(Ending.SUCCESS)

    def _saved_files(self) -> dict[str, str]:
        """The files that are kept, by their names; results also by the names they are known by."""
        results = {
            name: path.removeprefix(f"{self.session.folder}/").removeprefix("./")
            for name, path in self.program.results.items()
        }
        saved = self.session.save_files((*self._wanted_files(), *results.values()))
        known = {name: saved[path] for name, path in results.items() if path in saved}
        return {**known, **saved}

    def _wanted_files(self) -> tuple[str, ...]:
        folder = self.session.folder
        wanted = [*self.program.output_files, *self.session.work.captures]
        if self.program.output_directory or os.path.lexists(folder / "outputs"):
            wanted.append("outputs/**")
        return tuple(wanted)


def _default_shell() -> str:
    return "/bin/bash" if shutil.which("bash", path="/bin") else "/bin/sh"


def _failure(code: int | None) -> str:
    if code is None:
        return "The task process ended and nobody saw how"
    if code < 0:
        return f"Command failed: killed by signal {-code}" + (
            " (was there enough memory?)" if code == -9 else ""
        )
    return f"Command failed with exit code {code}"
