"""Types that exist for tests of the platform only; registered when DOWNBEAT_TEST_TYPES is set."""

from __future__ import annotations

from flows.plugins.test_types.assets import Touch
from flows.plugins.test_types.connections import Connect, SystemConnection, Watch
from flows.plugins.test_types.groups import (
    BadExecutable,
    BadSequential,
    DefaultSequential1,
    DefaultSequential2,
    DefaultSequential3,
)
from flows.plugins.test_types.remote import Remote, RemotePair
from flows.plugins.test_types.tasks import (
    DynamicTask,
    Encrypted,
    NullOutputTask,
    Read,
    TaskThatFail,
    TaskWithAlias,
    WorkerTaskResultTooLarge,
)
from flows.plugins.test_types.triggers import TriggerWithAlias

PLUGINS: tuple[type, ...] = (
    BadExecutable,
    BadSequential,
    Connect,
    DefaultSequential1,
    DefaultSequential2,
    DefaultSequential3,
    DynamicTask,
    Encrypted,
    NullOutputTask,
    Read,
    Remote,
    RemotePair,
    TaskThatFail,
    TaskWithAlias,
    Touch,
    TriggerWithAlias,
    Watch,
    WorkerTaskResultTooLarge,
)

CONNECTIONS = (SystemConnection,)
