"""Bodies of requests as frozen values: camelCase outside, our names inside, 422 with paths."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from downbeat.common import clock
from downbeat.common.errors import FieldError, InvalidFields

Moment = Annotated[datetime, AfterValidator(clock.as_utc)]
"""A date with its offset, kept in UTC."""


class Body(BaseModel):
    """Base of request bodies. What a route does not declare cannot be set through it."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True
    )


B = TypeVar("B", bound=BaseModel)


def read_body(data: object, kind: type[B]) -> B:
    """The body as a value of that kind; raises InvalidFields."""
    try:
        return kind.model_validate(_plain(data))
    except ValidationError as problem:
        raise InvalidFields(_findings(problem)) from None


def read_bodies(data: object, kind: type[B]) -> list[B]:
    """A body that is a list."""
    if not isinstance(data, list):
        raise InvalidFields([FieldError("must be a list")])
    return [read_body(item, kind) for item in data]


def _plain(data: object) -> object:
    """Forms arrive as a QueryDict; an empty body says nothing."""
    as_dict = getattr(data, "dict", None)
    if as_dict is not None:
        return as_dict()
    return {} if data is None else data


def _findings(problem: ValidationError) -> list[FieldError]:
    return [
        FieldError(
            message=found["msg"],
            path=".".join(str(part) for part in found["loc"]) or None,
            code=found["type"],
        )
        for found in problem.errors(include_url=False, include_input=False, include_context=False)
    ]
