"""Retry policies as written in a source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, Field, model_validator

from downbeat.sdk.fields import Duration, Spec


class _Retry(Spec):
    max_attempts: int | None = Field(
        default=None, ge=1, validation_alias=AliasChoices("maxAttempts", "maxAttempt")
    )
    max_duration: Duration | None = None
    warning_on_retry: bool = False
    behavior: Literal["RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"] = "RETRY_FAILED_TASK"


class ConstantRetry(_Retry):
    """The same pause before each retry."""

    type: Literal["constant"]
    interval: Duration

    @model_validator(mode="after")
    def _bounded(self) -> ConstantRetry:
        if self.max_duration is not None and self.interval >= self.max_duration:
            raise ValueError("'interval' must be less than 'maxDuration'")
        return self


class ExponentialRetry(_Retry):
    """Pauses that grow by a factor, up to a cap."""

    type: Literal["exponential"]
    interval: Duration = Field(default="PT10S", validate_default=True)
    max_interval: Duration = Field(default="PT10M", validate_default=True)
    delay_factor: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _bounded(self) -> ExponentialRetry:
        if self.interval >= self.max_interval:
            raise ValueError("'interval' must be less than 'maxInterval'")
        if self.max_duration is not None and self.interval >= self.max_duration:
            raise ValueError("'interval' must be less than 'maxDuration'")
        return self


class RandomRetry(_Retry):
    """A pause drawn anew before each retry."""

    type: Literal["random"]
    min_interval: Duration
    max_interval: Duration

    @model_validator(mode="after")
    def _bounded(self) -> RandomRetry:
        if self.min_interval >= self.max_interval:
            raise ValueError("'minInterval' must be less than 'maxInterval'")
        if self.max_duration is not None and self.max_interval >= self.max_duration:
            raise ValueError("'maxInterval' must be less than 'maxDuration'")
        return self


Retry = Annotated[ConstantRetry | ExponentialRetry | RandomRetry, Field(discriminator="type")]
