"""``aws.s3.Trigger``: starts an execution when objects land in a bucket.

What was seen is remembered by name and version, and is stored in the transaction that starts the
execution. Objects are moved or deleted by the *next* poll, which can only run after that
transaction: an object is never taken away without its execution.
"""

from __future__ import annotations

import hashlib
import heapq
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field

from downbeat.sdk.errors import TaskFailed
from downbeat.sdk.fields import Duration, Dyn, Text
from downbeat.sdk.trigger import Fired, PollContext, Polled, PollingTrigger
from flows.plugins.aws.s3.copying import Unchanged, at_its_target, dispose, moved_to
from flows.plugins.aws.s3.downloading import shown_as
from flows.plugins.aws.s3.listing import S3Object, objects, uri_of
from flows.plugins.aws.s3.options import Action, Disposed, Filter, Limited, Listed
from flows.plugins.aws.s3.seen import MOST, Seen, Sight, name_of, packed, unpacked, version_of
from flows.plugins.aws.s3.taking import Overwritten, take
from flows.plugins.aws.session import s3_client, said

_GONE = frozenset({"NoSuchKey", "404"})
_SPARE = 4
"""So many times as many candidates are kept as one poll takes, for those that are refused."""


class Trigger(Listed, Limited, Disposed, PollingTrigger):
    """Looks into a bucket of S3 at an interval and starts one execution for the objects that are new.

    `trigger.objects` is a list of `{uri, key, etag, size, lastModified, owner, checksumAlgorithm,
    checksumValue, changeType}`; `uri` is a copy in internal storage. An object is new when its key
    or its content is. The oldest come first, at most `maxFiles` in one execution, the others with
    the next poll, at once. Keys that end with a slash stand for folders and start nothing, unless
    `filter` is `DIRECTORY`.

    With `action` MOVE or DELETE the objects are taken away once their execution is stored. With
    NONE they stay, and the trigger remembers up to 250,000 of them: in a bucket that only grows,
    narrow `prefix` or take them away. An object that is gone is forgotten; with `stateTtl` each is
    forgotten after that time, and what is still there starts an execution again. Another `stateKey`
    begins with an empty memory.
    """

    type_name: ClassVar[str] = "aws.s3.Trigger"
    examples: ClassVar[tuple[tuple[str, str], ...]] = (
        (
            "Start when an object lands",
            """id: on_object
namespace: company.team
tasks:
  - id: show
    type: core.log.Log
    message: "{{ trigger.objects[0].key }} is at {{ trigger.objects[0].uri }}"
triggers:
  - id: landed
    type: aws.s3.Trigger
    bucket: raw-events
    prefix: incoming/
    regexp: .*\\.csv
    interval: PT1M
    action: NONE
""",
        ),
        (
            "Take objects in and put them away",
            """id: take_in
namespace: company.team
tasks:
  - id: each
    type: core.flow.ForEach
    values: "{{ trigger.objects | jq('.[].uri') }}"
    tasks:
      - id: show
        type: core.log.Log
        message: "{{ taskrun.value }}"
triggers:
  - id: landed
    type: aws.s3.Trigger
    bucket: raw-events
    prefix: incoming/
    action: MOVE
    moveTo:
      bucket: archive
      key: events/
""",
        ),
    )

    interval: Duration = Field(default="PT60S", validate_default=True)
    on: Dyn[Literal["CREATE", "UPDATE", "CREATE_OR_UPDATE"]] = "CREATE_OR_UPDATE"
    state_key: Dyn[Text | None] = None
    state_ttl: Dyn[Duration | None] = None

    def poll(self, ctx: PollContext) -> Polled:
        if self.action is Action.MOVE:
            moved_to(self.bucket, "", self)
        state = ctx.state if ctx.state.get("key") == self.state_key else {}
        with s3_client(ctx, self) as client:
            left, refused = self._take_away(ctx, client, state.get("taken") or ())
            look = self._look(client, unpacked(state.get("seen") or ""))
            fired, taken = self._fired(ctx, client, look)
        refused += look.refused
        if refused and not fired:
            raise TaskFailed(_sentence(refused))
        if refused:
            ctx.log.error(_sentence(refused))
        after = {"key": self.state_key, "seen": packed(look.seen), "taken": [*left, *taken]}
        if not fired and after == state:
            return Polled()
        return Polled(
            fired=fired,
            state=after,
            more=bool(fired) and (bool(taken) or look.count > len(look.done)),
        )

    def _look(self, client: Any, before: Seen) -> Look:
        """What is new since the state that the last poll left."""
        now = int(time.time())
        oldest = 0.0 if self.state_ttl is None else now - self.state_ttl.total_seconds()
        look = Look(now=now, room=self.max_files * _SPARE)
        for found in objects(client, self):
            if found.is_folder and self.filter is not Filter.DIRECTORY:
                continue
            name, version = name_of(found.uri), version_of(found.version)
            known = before.get(name)
            fresh = known is not None and known.at >= oldest
            if known is not None:
                look.seen[name] = known
            if known is not None and fresh and known.version == version:
                continue
            change: Change = "UPDATE" if fresh else "CREATE"
            if self.on in (change, "CREATE_OR_UPDATE") and not at_its_target(
                found.bucket, found.key, self
            ):
                look.add(News(found, change, since=0 if known is None or fresh else known.at))
            else:
                look.seen[name] = Sight(version, now)
            if len(look.seen) > MOST:
                raise TaskFailed(_too_many(self.bucket))
        return look

    def _fired(
        self, ctx: PollContext, client: Any, look: Look
    ) -> tuple[tuple[Fired, ...], list[dict[str, str]]]:
        """The execution for what is new, and what is to be taken away once it is stored."""
        shown: list[dict[str, Any]] = []
        marks: list[str] = []
        for news in look.oldest():
            if len(shown) >= self.max_files or len(look.refused) >= self.max_files:
                break
            one = self._taken(ctx, client, news, look)
            if one is not None:
                shown.append({**one, "changeType": news.change})
                marks.append(
                    f"{news.found.uri}\0{one['etag']}\0{one['lastModified']}\0{news.since}"
                )
        if len(look.seen) > MOST:
            raise TaskFailed(_too_many(self.bucket))
        if not shown:
            return (), []
        key = hashlib.sha256("\n".join(sorted(marks)).encode()).hexdigest()
        takes = shown if self.action is not Action.NONE else []
        bucket = self.bucket
        taken = [{"bucket": bucket, "key": one["key"], "etag": one["etag"]} for one in takes]
        return (Fired(key=key, variables={"objects": shown}),), taken

    def _taken(
        self, ctx: PollContext, client: Any, news: News, look: Look
    ) -> dict[str, Any] | None:
        """The object in internal storage; nothing if it is gone or the service refuses it."""
        found = news.found
        name = name_of(found.uri)
        look.done.add(name)
        try:
            taken = take(ctx, client, bucket=found.bucket, key=found.key, about=self.about())
        except client.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") in _GONE:
                look.seen.pop(name, None)
            else:
                look.refused.append(f"{found.uri}: {said(error)}")
            return None
        except Overwritten as error:
            look.refused.append(str(error))
            return None
        shown = shown_as(found, taken)
        look.seen[name] = Sight(version_of(taken.etag or shown["lastModified"]), look.now)
        return shown

    def _take_away(
        self, ctx: PollContext, client: Any, taken: Sequence[Mapping[str, str]]
    ) -> tuple[list[Mapping[str, str]], list[str]]:
        """Disposes of objects that an execution has by now; those that are refused stay on the list."""
        left, refused = [], []
        for one in taken:
            try:
                unchanged = Unchanged(one["bucket"], one["key"], one["etag"], self.about())
                dispose(ctx, client, unchanged, self)
            except client.exceptions.ClientError as error:
                left.append(one)
                refused.append(f"{uri_of(one['bucket'], one['key'])}: {said(error)}")
        return left, refused


Change = Literal["CREATE", "UPDATE"]


@dataclass(frozen=True, slots=True)
class News:
    """An object that is new, or has a new version.

    ``since``: when it was seen before the memory of it expired, so that it counts as another cause.
    """

    found: S3Object
    change: Change
    since: int


@dataclass(slots=True)
class Look:
    """What one poll saw: the memory for the next one, and the oldest of what is new."""

    now: int
    room: int
    seen: dict[bytes, Sight] = field(default_factory=dict)
    count: int = 0
    done: set[bytes] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    _news: list[News] = field(default_factory=list)

    def add(self, news: News) -> None:
        """Keeps the oldest; of a bucket full of news only as many as can be taken are held."""
        self.count += 1
        self._news.append(news)
        if len(self._news) > 2 * self.room:
            self._news = self.oldest()

    def oldest(self) -> list[News]:
        """What is new, the oldest first."""
        return heapq.nsmallest(self.room, self._news, key=_age)


def _age(news: News) -> tuple[Any, str]:
    return news.found.modified, news.found.key


def _sentence(refused: Sequence[str]) -> str:
    more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
    return f"S3 refused {refused[0]}{more}"


def _too_many(bucket: str) -> str:
    return (
        f"More than {MOST} objects of the bucket '{bucket}' match, which is more than a trigger can "
        "remember: narrow 'prefix', or take objects away with 'action: MOVE' or 'DELETE'"
    )
