"""Who may do what, written down: roles, people, and for each route what it needs and where.

This file and `routes.txt` beside it are data that people have read, and know nothing of the code
that decides. When a cell of the matrix differs, either the product is wrong or a decision has
changed; a change of this file is a change of who may do what, and is reviewed as one.

A line of `routes.txt` says method, route, permission, and where the permission has to be held:

    namespace   in the namespace that the address names
    thing       in the namespace that a body or a query names
    seen        where the thing lives that an id names; whoever may not see it there finds nothing
    listed      as `seen`, for each thing of a list; one that may not be seen is unknown, 422
    counted     as `somewhere`; what is found and may be touched is counted in the answer
    below       as `counted`; what is found lies in the namespace that is named or below it
    somewhere   in at least one namespace; the answer holds what may be seen and no more
    tenant      in the whole tenant
    owned       in the whole tenant, or by an owner of the thing; seeing it somewhere is the floor
    directory   in the whole tenant, by a directory and by nobody else

A question mark says that what the request names is not there: a 404 that names its kind lets in.
Routes that begin with a slash lie outside of tenants:

    instance    by whoever manages the instance
    oneself     by whoever is signed in
    free        by whoever is signed in, but in no session that a tenant's provider vouched for
    session     by whoever is signed in with a browser's session
    member      by whoever belongs to the tenant, with the permission in all of it where one is named
    worker      by a worker's token, which nobody here has

Without the permission the answer is 403 to whoever may see the kind of thing there, 404 to others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

SELF: Final = "company.data"
PLACES: Final = ("company", SELF, "company.data.eu", "company.sales", "company.database")

_SEEN: Final = (
    "flow", "execution", "trigger", "log", "metric", "output", "kv", "file", "namespace",
    "plugin", "tenant", "policy",
)  # fmt: skip
_WRITTEN: Final = ("flow", "execution", "trigger", "log", "kv", "secret", "connection", "file")
_VIEWER: Final = tuple(f"{name}.view" for name in _SEEN)
_LAUNCHER: Final = (*_VIEWER, "execution.create", "execution.edit", "execution.kill")
_EDITOR: Final = (
    *_LAUNCHER, *(f"{name}.*" for name in _WRITTEN), "namespace.create", "namespace.edit",
)  # fmt: skip
ROLES: Final[dict[str, tuple[str, ...]]] = {
    "Viewer": _VIEWER,
    "Launcher": _LAUNCHER,
    "Editor": _EDITOR,
    "Admin": ("*",),
    "of our own": ("flow.view", "flow.edit", "execution.create", "secret.edit", "binding.view"),
}


class Door(StrEnum):
    """How far somebody comes at all."""

    SHUT = "shut"
    """Nobody is signed in."""
    OUTSIDE = "outside"
    """Signed in, but not of this tenant."""
    INSIDE = "inside"


class Outcome(StrEnum):
    """What a request comes to, as far as rights decide it."""

    CLOSED = "401"
    FORBIDDEN = "403"
    HIDDEN = "404"
    UNKNOWN = "422"
    LET_IN = "let in"
    NOTHING = "nothing"
    SOMETHING = "something"


@dataclass(frozen=True)
class Standing:
    """What somebody is in the tenant, and beyond it."""

    here: Door
    role: str = "Viewer"
    at: str = SELF
    scopes: tuple[str, ...] = ()
    there: Door = Door.OUTSIDE
    instance: bool = False
    member: bool = True
    confined: bool = False


IN, OUT, SHUT = Door.INSIDE, Door.OUTSIDE, Door.SHUT
ACTORS: Final[dict[str, Standing]] = {
    "nobody": Standing(SHUT, there=SHUT),
    "deactivated": Standing(SHUT, there=SHUT),
    "stranger": Standing(OUT, there=IN, role="Admin", at=""),
    "suspended": Standing(OUT),
    "confined elsewhere": Standing(OUT, there=IN, role="Admin", at="", confined=True),
    "confined here": Standing(IN, "Editor", confined=True),
    "viewer": Standing(IN, "Viewer"),
    "launcher": Standing(IN, "Launcher"),
    "editor": Standing(IN, "Editor"),
    "keeper": Standing(IN, "Admin"),
    "reading token": Standing(IN, "Admin", scopes=("*.view",)),
    "narrow token": Standing(IN, "Admin", "", scopes=("flow.view", "execution.*", "kv.edit")),
    "custom role": Standing(IN, "of our own"),
    "group member": Standing(IN, "Editor"),
    "machine": Standing(IN, "Editor"),
    "directory": Standing(IN, "Admin", "", scopes=("user.*", "group.*"), member=False),
    "owner": Standing(IN, "Admin", ""),
    "super-admin": Standing(IN, "Admin", "", there=IN, member=False),
    "instance owner": Standing(OUT, instance=True),
}


# Kinds of routes whose outcome depends on the namespace that is meant.
OF_PLACE: Final = frozenset({"namespace", "thing", "seen", "listed", "counted", "below"})
DIRECTORY: Final = "directory"


@dataclass(frozen=True)
class Row:
    """One route, as it was written down."""

    method: str
    route: str
    permission: str
    where: str

    @property
    def name(self) -> str:
        """What it is called in failures."""
        return f"{self.method} {self.route}"

    @property
    def kind(self) -> str:
        """Where the permission has to be held."""
        return self.where.removesuffix("?")

    @property
    def missing(self) -> bool:
        """Whether what a request names is not there."""
        return self.where.endswith("?")

    @property
    def seeing(self) -> str:
        """The permission that says whether somebody may know of the thing."""
        return _seeing(self.permission)

    @property
    def of_instance(self) -> bool:
        """Whether it lies outside of tenants."""
        return self.route.startswith("/")


def rows() -> list[Row]:
    """All that `routes.txt` says."""
    lines = Path(__file__).with_name("routes.txt").read_text(encoding="utf-8").splitlines()
    return [Row(*line.split()) for line in lines if line and not line.startswith("#")]


def holds(who: Standing, permission: str, place: str | None) -> bool:
    """Whether somebody holds a permission at a place; with None, anywhere."""
    matches = any(fnmatchcase(permission, pattern) for pattern in ROLES[who.role])
    allowed = not who.scopes or any(fnmatchcase(permission, scope) for scope in who.scopes)
    reaches = place is None or who.at in ("", place) or place.startswith(f"{who.at}.")
    return matches and allowed and reaches


def expected(name: str, row: Row, place: str) -> Outcome:
    """What a request of somebody comes to that names a thing in a namespace of their tenant."""
    who = ACTORS[name]
    if who.here is Door.SHUT or (name == DIRECTORY and row.kind != DIRECTORY):
        return Outcome.CLOSED
    if row.of_instance:
        return _of_instance(who, row)
    if who.here is Door.OUTSIDE:
        return Outcome.HIDDEN
    floor = place if row.kind == "namespace" else None
    wanted = row.permission if row.kind != "owned" else row.seeing
    first = _asked(who, wanted, floor)
    if first is not Outcome.LET_IN or row.kind == "somewhere":
        return first
    if row.kind == DIRECTORY and name != DIRECTORY:
        return Outcome.FORBIDDEN
    return _of_thing(who, row, place if row.kind in OF_PLACE else "")


def _of_thing(who: Standing, row: Row, at: str) -> Outcome:
    """What the floor has let through, at the thing itself."""
    sees, found = holds(who, row.seeing, at), _asked(who, row.permission, at)
    match row.kind:
        case "listed":
            return found if sees else Outcome.UNKNOWN
        case "seen":
            return found if sees else Outcome.HIDDEN
        case "counted":
            return Outcome.SOMETHING if sees and found is Outcome.LET_IN else Outcome.NOTHING
        case "below":
            spread = [place for place in PLACES if f"{place}.".startswith(f"{at}.")]
            reached = any(holds(who, row.permission, place) for place in spread)
            return Outcome.SOMETHING if reached else Outcome.NOTHING
        case "owned":
            return found if found is Outcome.LET_IN else Outcome.FORBIDDEN
        case _:
            return found


def _of_instance(who: Standing, row: Row) -> Outcome:
    match row.kind:
        case "oneself":
            return Outcome.LET_IN
        case "free":
            return Outcome.FORBIDDEN if who.confined else Outcome.LET_IN
        case "session":
            return Outcome.LET_IN if who.confined else Outcome.FORBIDDEN
        case "worker":
            return Outcome.CLOSED
        case "instance":
            return Outcome.LET_IN if who.instance else Outcome.FORBIDDEN
    if who.instance:
        return Outcome.LET_IN
    if not who.member or who.here is Door.OUTSIDE:
        return Outcome.HIDDEN
    allowed = row.permission == "-" or holds(who, row.permission, "")
    return Outcome.LET_IN if allowed else Outcome.FORBIDDEN


def expected_elsewhere(name: str) -> Outcome:
    """The same in the other tenant: most do not belong to it, and find nothing at all."""
    if name == DIRECTORY:
        return Outcome.CLOSED
    match ACTORS[name].there:
        case Door.SHUT:
            return Outcome.CLOSED
        case Door.OUTSIDE:
            return Outcome.HIDDEN
        case Door.INSIDE:
            return Outcome.LET_IN


def _asked(who: Standing, permission: str, place: str | None) -> Outcome:
    if holds(who, permission, place):
        return Outcome.LET_IN
    seeing = _seeing(permission)
    return Outcome.FORBIDDEN if holds(who, seeing, place) else Outcome.HIDDEN


def _seeing(permission: str) -> str:
    return f"{permission.partition('.')[0]}.view"
