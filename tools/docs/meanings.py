"""What the keys mean that all tasks, all triggers and all flows have; a test finds missing ones."""

from __future__ import annotations

from typing import Final

_IDLE: Final = "Read and checked; nothing acts on it yet."
_SHARED: Final = {
    "id": "Its name, unique in the flow.",
    "description": "For people.",
    "disabled": "Leaves it out.",
    "workerGroup": "The group of workers that runs it; else the namespace's, else `default`.",
    "logLevel": "The least severe log line that is kept.",
    "logToFile": "Keeps the log in a file of internal storage.",
}
TASK: Final = {
    **_SHARED,
    "retry": "When a failed attempt is tried again.",
    "timeout": "How long an attempt may take.",
    "queue": "The group of workers that runs it, by name; ranks above `workerGroup`.",
    "allowFailure": "A failure ends the task as WARNING, and what follows goes on.",
    "allowWarning": "A warning counts as SUCCESS.",
    "runIf": "The task is SKIPPED unless this is true.",
    "onWorkerLost": "What happens to an attempt whose worker died.",
    "priority": "Greater numbers are claimed first.",
    "taskCache": _IDLE,
    "assets": _IDLE,
}
TRIGGER: Final = {
    **_SHARED,
    "conditions": "All of them must hold.",
    "when": "An expression that must be true.",
    "labels": "Labels of the executions that it starts.",
    "inputs": "Inputs of the executions that it starts.",
    "stopAfter": "Disables the trigger when an execution of it ends in one of these states.",
}
FLOW: Final = {
    "id": "Its name in the namespace; never changes.",
    "namespace": "Where it lives; never changes.",
    "tasks": "What it does, one after the other.",
    "revision": "Ignored: the server counts revisions.",
    "tenantId": "Ignored: the address names the tenant.",
    "description": "For people.",
    "labels": "Labels of its executions.",
    "inputs": "What a start may or must give; each has a `type` from below.",
    "variables": "Values that expressions read as `vars`.",
    "errors": "Tasks that run after a failure.",
    "finally": "Tasks that run in the end, whatever happened.",
    "afterExecution": "Tasks that run when the state is decided.",
    "listeners": "Older form of `afterExecution`.",
    "outputs": "What an execution leaves for its caller.",
    "triggers": "What starts it.",
    "pluginDefaults": "Properties that tasks of a type have unless they say otherwise.",
    "concurrency": "How many executions may run at once, and what happens to more.",
    "retry": "For tasks that say nothing themselves, or for the whole execution, by `behavior`.",
    "sla": _IDLE,
    "checks": _IDLE,
    "disabled": "Nothing starts it.",
    "deleted": "Ignored.",
    "workerGroup": _IDLE,
    "taskDefaults": "Older form of `pluginDefaults`.",
}
