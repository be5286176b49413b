"""Answers what a remote worker asks for an attempt: by the same channel as a worker at home.

Files are not carried here. A question for one is answered with an address that this server has
signed for exactly that file, that direction and that lease, and for a short time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.core import signing

from downbeat.common import storage
from downbeat.common.errors import AppError
from executions.runtime.channel_direct import DirectChannel
from executions.runtime.remote_leases import LeaseOver, place_of
from executions.runtime.work_places import Place
from executions.worker import wire
from executions.worker.channel import LeaseLost
from executions.worker.work import AttemptKey, AttemptResult

SALT: Final = "worker.file"
VALID: Final = timedelta(minutes=15)
READ: Final = "read"
WRITE: Final = "write"
Arguments = Mapping[str, Any]


class Nothing(LookupError):
    """There is no such value or file; the argument says what."""


@dataclass(frozen=True, slots=True)
class FileGrant:
    """What a signed address allows."""

    worker_id: UUID
    key: AttemptKey
    path: str
    direction: str

    def address(self) -> str:
        """The signed part of the address."""
        facts = [str(self.worker_id), wire.key_to_wire(self.key), self.path, self.direction]
        return signing.dumps(facts, salt=SALT, compress=True)

    @classmethod
    def of(cls, address: str) -> FileGrant | None:
        """What an address allows; None for one that is not ours, or too old."""
        try:
            facts = signing.loads(address, salt=SALT, max_age=VALID)
            return cls(UUID(facts[0]), wire.key_of(facts[1]), str(facts[2]), str(facts[3]))
        except (signing.BadSignature, ValueError, IndexError, TypeError):
            return None


def answer(worker_id: UUID, key: AttemptKey, question: str, arguments: Arguments) -> Any:
    """The answer, as data; raises what refuses it.

    ``Nothing``: there is no such value. ``ValueError``: refused, with a sentence for the task.
    ``NotHeld`` and ``LeaseOver``: the attempt is not this worker's.
    """
    asked = _QUESTIONS.get(question)
    if asked is None:
        raise ValueError(f"a worker cannot ask for '{question}'")
    channel = DirectChannel(places=_Known(key, place_of(worker_id, key)), finished=_unfinished)
    try:
        return asked(_Desk(worker_id, key, channel), arguments)
    except LeaseLost:
        raise LeaseOver from None
    except FileNotFoundError as missing:
        raise Nothing(f"file `{missing}`") from None
    except KeyError as missing:
        raise Nothing(f"`{str(missing.args[0])[:200] if missing.args else ''}`") from None
    except (TypeError, AttributeError, LookupError, ArithmeticError) as problem:
        raise ValueError(f"the question makes no sense: {problem}") from None
    except AppError as refusal:
        raise ValueError(str(refusal)) from None


@dataclass(frozen=True, slots=True)
class _Known:
    """The place of the one attempt that is asked about."""

    key: AttemptKey
    place: Place

    def of(self, key: AttemptKey) -> Place | None:
        """The place, of this attempt alone."""
        return self.place if key == self.key else None


@dataclass(frozen=True, slots=True)
class _Desk:
    worker_id: UUID
    key: AttemptKey
    channel: DirectChannel

    def grant(self, path: str, direction: str) -> dict[str, str]:
        """The signed address of a file of internal storage."""
        grant = FileGrant(self.worker_id, self.key, path, direction)
        return {"address": grant.address(), "uri": storage.uri_of(storage.clean(path))}


def _unfinished(_result: AttemptResult) -> None:
    raise TypeError("results are not handed over by questions")


def _outputs(desk: _Desk, asked: Arguments) -> Any:
    return desk.channel.outputs(desk.key, [str(name) for name in asked["tasks"]])


def _secret(desk: _Desk, asked: Arguments) -> Any:
    return desk.channel.secret(desk.key, str(asked["name"]), _named(asked))


def _kv(desk: _Desk, asked: Arguments) -> Any:
    return desk.channel.kv(desk.key, _named(asked), str(asked["name"]))


def _namespace_files(desk: _Desk, asked: Arguments) -> Any:
    include, exclude = ([str(glob) for glob in asked[side]] for side in ("include", "exclude"))
    return desk.channel.namespace_files(desk.key, _named(asked) or "", include, exclude)


def _request(desk: _Desk, asked: Arguments) -> Any:
    arguments = asked["arguments"]
    if not isinstance(arguments, Mapping):
        raise TypeError("arguments are a map")
    return desk.channel.request(desk.key, str(asked["operation"]), arguments)


def _remember(desk: _Desk, asked: Arguments) -> Any:
    if not isinstance(asked["state"], Mapping):
        raise TypeError("a state is a map")
    desk.channel.remember(desk.key, asked["state"])


def _trail(desk: _Desk, asked: Arguments) -> Any:
    desk.channel.trail(desk.key, kill=_step(asked.get("kill")), remote=_step(asked.get("remote")))


def _step(found: Any) -> dict[str, Any] | None:
    """A step of a trail: short texts and moments."""
    if found is None:
        return None
    for value in found.values():
        if isinstance(value, float):
            wire.moment(value)
    return {str(name): value for name, value in found.items()}


def _read(desk: _Desk, asked: Arguments) -> Any:
    return desk.grant(desk.channel.address_to_read(desk.key, str(asked["uri"])), READ)


def _save(desk: _Desk, asked: Arguments) -> Any:
    return desk.grant(desk.channel.address_to_save(desk.key, str(asked["name"])), WRITE)


def _kept(desk: _Desk, asked: Arguments) -> Any:
    seconds = asked.get("ttl")
    ttl = None if seconds is None else timedelta(seconds=float(seconds))
    address = desk.channel.address_kept(desk.key, str(asked["name"]), ttl)
    return None if address is None else desk.grant(address, READ)


def _keep(desk: _Desk, asked: Arguments) -> Any:
    return desk.grant(desk.channel.address_to_keep(desk.key, str(asked["name"])), WRITE)


def _named(asked: Arguments) -> str | None:
    found = asked.get("namespace")
    return None if found is None else str(found)


_QUESTIONS: Final[Mapping[str, Callable[[_Desk, Arguments], Any]]] = {
    "outputs": _outputs,
    "secret": _secret,
    "kv": _kv,
    "namespace_files": _namespace_files,
    "request": _request,
    "remember": _remember,
    "trail": _trail,
    "read": _read,
    "save": _save,
    "kept": _kept,
    "keep": _keep,
}
