"""What workers, and people who look after worker groups, send."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from downbeat.common.api.bodies import Body, Moment

Short = Annotated[str, Field(max_length=500)]


class GroupBody(Body):
    """A worker group; `id` is what some clients call the key."""

    key: str | None = None
    id: str | None = None
    description: Annotated[str, Field(max_length=4_000)] = ""

    @property
    def named(self) -> str:
        """The key."""
        return self.key or self.id or ""


class TokenBody(Body):
    """A new token of a group."""

    name: Annotated[str, Field(min_length=1, max_length=150)]
    expires_at: Moment | None = None


class SubscriptionBody(Body):
    """A namespace whose work is to run in a group."""

    namespace: Annotated[str, Field(min_length=1, max_length=150)]


class SessionBody(Body):
    """What a worker says of itself when it begins."""

    host: Short = ""
    pid: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    version: Short = ""
    slots: Annotated[int, Field(ge=1, le=1_000)]
    labels: Annotated[dict[Short, Short], Field(max_length=50)] = {}
    protocol: int = 0


class LookBody(Body):
    """What a worker says when it looks for orders; `holding` are keys of attempts."""

    holding: Annotated[list[Any], Field(max_length=2_000)] = []
    draining: bool = False
    wait: Annotated[float, Field(ge=0, le=60)] = 0


class LeaveBody(Body):
    """What a worker gives back when it leaves."""

    releases: Annotated[list[Any], Field(max_length=2_000)] = []


class QuestionBody(Body):
    """A question for an attempt."""

    attempt: Any
    question: Annotated[str, Field(max_length=50)]
    arguments: dict[str, Any] = {}


class LinesBody(Body):
    """Log lines of an attempt."""

    attempt: Any
    lines: Any


class ResultBody(Body):
    """The result of an attempt."""

    result: Any
