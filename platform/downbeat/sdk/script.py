"""Script tasks: types that describe a program, which the worker runs in a process of its own.

A script type does not run Python of its plug-in: ``program()`` says, as plain data, what is to be
run and with which files. So a script never shares a process with the platform's packages.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.context import RunContext
from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Dyn, Spec, Text
from downbeat.sdk.task import Outputs, RunnableTask


class NamespaceFiles(Spec):
    """Which namespace files are put into the working directory."""

    enabled: Dyn[bool] = True
    namespaces: Dyn[list[Text] | None] = None
    include: Dyn[list[Text] | str | None] = None
    exclude: Dyn[list[Text] | str | None] = None
    if_exists: Literal["OVERWRITE", "FAIL", "WARN", "IGNORE"] = "OVERWRITE"
    folder_per_namespace: Dyn[bool] = False


@dataclass(frozen=True, slots=True)
class Companion:
    """A small Python program of the plug-in that runs the commands and speaks for them.

    It is given the shell's command line after ``--`` and runs it; it may turn what the commands
    print into lines of their level, and at the end report what they left by ``::{…}::`` lines. It
    runs where the commands run, under the same confinement, so that what a stranger's project
    leaves is never read by the worker. ``files`` lie in its folder, the first one is started; they
    import the standard library, and what the environment of the commands holds.
    """

    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PairFile:
    """A file that comes from, or goes to, the key-value store."""

    path: str
    key: str
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """What a script task runs.

    ``source``: the text of one Python script; with ``commands`` instead, lines for a shell.
    ``notices``: sentences that are logged before the start. ``lock``: the text of a lock file with
    hashes, of which the environment is made instead of ``dependencies``. ``files``: texts that the
    task itself puts into the folder, over input files. ``results``: files that are kept also when
    the commands fail, as name among the outputs → path. ``unless_file``: namespace files
    are left out where this file is there already. ``grace``: how long the program may take to end
    once it is asked to.
    """

    language: Literal["python", "shell"]
    source: str | None = None
    commands: tuple[str, ...] = ()
    before_commands: tuple[str, ...] = ()
    interpreter: tuple[str, ...] = ()
    fail_fast: bool = True
    env: Mapping[str, str] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    lock: str | None = None
    python_version: str | None = None
    keep_dependencies: bool = True
    companion: Companion | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    loads: tuple[PairFile, ...] = ()
    stores: tuple[PairFile, ...] = ()
    results: Mapping[str, str] = field(default_factory=dict)
    unless_file: str | None = None
    grace: timedelta | None = None
    input_files: Any = None
    output_files: tuple[str, ...] = ()
    output_directory: bool = False
    namespace_files: NamespaceFiles | None = None
    warning_on_stderr: bool = False
    notices: tuple[str, ...] = ()


_PROCESS = ("core.runner.Process", "core.models.tasks.runners.types.ProcessTaskRunner")


class TaskRunner(Spec):
    """Where a script runs. Only the worker's own processes are built in.

    ``type`` is `core.runner.Process`. Other runners of the same flow language are accepted, with a
    warning when the flow is saved and a line in the log, because their job, isolation, is the
    launcher's here.
    """

    model_config = {**Spec.model_config, "extra": "allow"}

    type: str = "core.runner.Process"

    @property
    def is_process(self) -> bool:
        """Whether it is the runner that exists here, by any of its names."""
        name = self.type.removeprefix("io.kestra.plugin.").removeprefix("io.kestra.")
        return name in _PROCESS


class ScriptTask(RunnableTask):
    """A task that runs a script or commands in a fresh working directory."""

    environment: ClassVar[Literal["task", "script"]] = "script"
    reaches_folders: ClassVar[bool] = False
    """Whether the program gets the folders of the host that the operator allows its namespace."""

    before_commands: Dyn[list[Text] | None] = None
    env: Dyn[dict[str, Text | None] | None] = None
    input_files: Dyn[dict[str, Any] | str | None] = None
    output_files: Dyn[list[Text] | None] = None
    output_directory: Dyn[bool] = False
    output_dirs: Dyn[list[Text] | None] = None
    namespace_files: NamespaceFiles | None = None
    interpreter: Dyn[list[Text] | str | None] = None
    fail_fast: Dyn[bool] = True
    warning_on_std_err: Dyn[bool] = False
    target_os: Dyn[Literal["LINUX", "WINDOWS", "AUTO"]] = Field(default="AUTO", alias="targetOS")
    task_runner: TaskRunner | None = None
    container_image: Dyn[Text | None] = None
    docker: dict[str, Any] | None = None
    runner: Literal["PROCESS", "DOCKER"] | None = None

    @abstractmethod
    def program(self) -> Program:
        """What to run; every property has been rendered."""

    @classmethod
    def lock(cls) -> str | None:
        """The lock of the environment that its program wants unless a task says otherwise.

        ``downbeat prepare`` makes such environments before they are needed.
        """
        return None

    def run(self, ctx: RunContext) -> Outputs | None:
        raise TaskFailed("A script runs in a script environment, not in the worker's")

    def notices(self) -> tuple[str, ...]:
        """Sentences about accepted properties that have no effect here."""
        found = []
        if self.container_image or self.docker or self.runner == "DOCKER":
            found.append(
                "The container image is ignored: the script runs in a process of the worker."
            )
        if self.task_runner is not None and not self.task_runner.is_process:
            kind = self.task_runner.type
            found.append(f"The task runner '{kind}' is ignored: a process of the worker is used.")
        if self.target_os == "WINDOWS":
            found.append("'targetOS: WINDOWS' is ignored: scripts run on the worker's own system.")
        return tuple(found)

    def common(self) -> dict[str, Any]:
        """The parts of the program that every script type takes from the same properties."""
        env = self.env or {}
        return {
            "before_commands": tuple(self.before_commands or ()),
            "interpreter": _words(self.interpreter),
            "fail_fast": self.fail_fast,
            "env": {name: value for name, value in env.items() if value is not None},
            "input_files": self.input_files,
            "output_files": (*(self.output_files or ()), *_below(self.output_dirs)),
            "output_directory": self.output_directory,
            "namespace_files": self.namespace_files,
            "warning_on_stderr": self.warning_on_std_err,
            "notices": self.notices(),
        }


def _words(interpreter: list[str] | str | None) -> tuple[str, ...]:
    if interpreter is None:
        return ()
    return tuple(interpreter.split()) if isinstance(interpreter, str) else tuple(interpreter)


def _below(folders: list[str] | None) -> tuple[str, ...]:
    return tuple(f"{folder.rstrip('/')}/**" for folder in folders or ())
