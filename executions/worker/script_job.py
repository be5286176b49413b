"""Runs a script: fills its folder, starts it in the warm child or in a shell, collects its files."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from downbeat.sdk.script import Program
from executions.worker.choosing import script_python
from executions.worker.environments import Environments
from executions.worker.session import Session
from executions.worker.supervision import Ended
from executions.worker.work import AttemptResult, Ending
from executions.worker.workspace import Workspace

_SCRIPT = "script.py"
_SPARE_NAME = ".downbeat-script.py"


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
        if program.namespace_files is not None:
            space.add_namespace_files(program.namespace_files, session.work.info.namespace)
        space.add_input_files(program.input_files)
        job = self._job(space)
        session.book.flush_if_due()
        return self._result(session.supervise(job))

    def _job(self, space: Workspace) -> dict[str, Any]:
        program = self.program
        python = self._python()
        env = self.session.environment(program.env)
        if program.language == "python":
            env["PATH"] = f"{python.parent}:{env['PATH']}"
            env["VIRTUAL_ENV"] = str(python.parent.parent)
        job: dict[str, Any] = {"workdir": str(self.session.folder), "env": env}
        if program.source is None:
            return {**job, "mode": "exec", "argv": self._shell(space, program.commands)}
        source = space.localized(program.source)
        if self._runs_in_child(source):
            return {**job, "mode": "python", "source": source, "filename": self._name(space)}
        name = self._name(space)
        space.write_text(name, _with_constants(source))
        commands = (f"{shlex.quote(str(python))} -u {shlex.quote(name)}",)
        return {**job, "mode": "exec", "argv": self._shell(space, commands)}

    def _runs_in_child(self, source: str) -> bool:
        """Whether the warm child's own interpreter is the one that the script wants."""
        program = self.program
        return not (
            program.before_commands
            or program.dependencies
            or program.interpreter
            or program.python_version
            or "\0" in source
        )

    def _name(self, space: Workspace) -> str:
        name = _SPARE_NAME if (space.folder / _SCRIPT).exists() else _SCRIPT
        self.session.hidden.add(name)
        return name

    def _python(self) -> Path:
        program = self.program
        if program.language != "python" or not (program.dependencies or program.python_version):
            return script_python(self.session.settings)
        return self.environments.python(
            program.dependencies,
            version=program.python_version,
            keep=program.keep_dependencies,
        )

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
        session.outputs["outputFiles"] = session.save_files(self._wanted_files())
        if code != 0:
            return session.failed("exit", _failure(code))
        if self.program.warning_on_stderr and session.line_counts["stderr"]:
            return session.result(Ending.WARNING)
        return session.result(Ending.SUCCESS)

    def _wanted_files(self) -> tuple[str, ...]:
        folder = self.session.folder
        wanted = [*self.program.output_files, *self.session.work.captures]
        if self.program.output_directory or os.path.lexists(folder / "outputs"):
            wanted.append("outputs/**")
        return tuple(wanted)


def _default_shell() -> str:
    return "/bin/bash" if shutil.which("bash", path="/bin") else "/bin/sh"


def _with_constants(source: str) -> str:
    """The script with JSON's names at hand, as they are in the warm child.

    They are set by running the text as data, so that the numbers of its lines, its future imports
    and its encoding stay what the author wrote.
    """
    return (
        "import linecache as _l, sys as _s\n"
        f"_t = {source!r}\n"
        "_l.cache[__file__] = (len(_t), None, _t.splitlines(True), __file__)\n"
        "_g = {**globals(), 'true': True, 'false': False, 'null': None}\n"
        "_m = _s.modules['__main__'].__dict__; _m.update(_g)\n"
        "exec(compile(_t, __file__, 'exec', dont_inherit=True), _m)\n"
    )


def _failure(code: int | None) -> str:
    if code is None:
        return "The task process ended and nobody saw how"
    if code < 0:
        return f"Command failed: killed by signal {-code}" + (
            " (was there enough memory?)" if code == -9 else ""
        )
    return f"Command failed with exit code {code}"
