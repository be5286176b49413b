"""What a token has to say: claims compared with texts, lists and patterns. Pure.

In a pattern `*` stands for any characters but `/` and `:`, `**` for any at all and `?` for one.
So `repo:acme/*:ref:refs/heads/main` means that branch of each repository of acme, and a branch
cannot be named such that it passes for another part of the subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pydantic import Field, model_validator

from downbeat.common.api.bodies import Body

MOST: Final = 50
_PART: Final = re.compile(r"\*\*|\*|\?|[^*?]+")
_MEANING: Final = {"**": ".*", "*": "[^/:]*", "?": "[^/:]"}
Scalar = str | int | bool


class Condition(Body):
    """One claim and what it has to be: `equals` one value, or is `in` some, or `matches` a pattern.

    `claim` is a name, or names joined by dots for what stands inside objects. Of a claim that is a
    list, one item has to fit.
    """

    claim: str = Field(min_length=1, max_length=200)
    equals: Scalar | None = None
    any_of: list[Scalar] | None = Field(default=None, alias="in", min_length=1, max_length=200)
    matches: str | None = Field(default=None, min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Condition:
        said = [self.equals is not None, self.any_of is not None, self.matches is not None]
        if sum(said) != 1:
            raise ValueError("say exactly one of equals, in and matches")
        if self.matches is not None and not self.matches.strip("*?"):
            raise ValueError("a pattern of nothing but * and ? would let everybody in")
        return self

    def holds(self, claims: Mapping[str, Any]) -> bool:
        """Whether the claim is there and fits."""
        found = value_of(claims, self.claim)
        values = found if isinstance(found, list) else [found]
        return any(self._fits(value) for value in values)

    def in_words(self) -> str:
        """The condition for a person."""
        if self.matches is not None:
            return f"{self.claim} matches {self.matches}"
        if self.any_of is not None:
            return f"{self.claim} is one of {', '.join(map(str, self.any_of))}"
        return f"{self.claim} is {self.equals}"

    def _fits(self, value: object) -> bool:
        if self.matches is not None:
            return isinstance(value, str) and _pattern(self.matches).fullmatch(value) is not None
        wanted = self.any_of if self.any_of is not None else [self.equals]
        # In Python 1 is True; in a token it is not.
        return any(type(value) is type(item) and value == item for item in wanted)


def value_of(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by names joined by dots; None where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    parts = _PART.findall(text)
    return re.compile("".join(_MEANING.get(part, re.escape(part)) for part in parts), re.DOTALL)
