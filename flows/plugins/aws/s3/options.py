"""Properties that several types of S3 have in common."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from downbeat.sdk.fields import Dyn, Spec, Text
from flows.plugins.aws.connection import AwsConnection


class Filter(StrEnum):
    """Which keys are meant: a key that ends with a slash stands for a folder."""

    FILES = "FILES"
    DIRECTORY = "DIRECTORY"
    BOTH = "BOTH"


class Action(StrEnum):
    """What happens to an object once it was taken."""

    NONE = "NONE"
    MOVE = "MOVE"
    DELETE = "DELETE"


class Encryption(StrEnum):
    """How the service encrypts an object that it stores."""

    NONE = "NONE"
    AES256 = "AES256"
    AWS_KMS = "AWS_KMS"

    @property
    def asked(self) -> str | None:
        """The word that the service knows it by."""
        return {"AES256": "AES256", "AWS_KMS": "aws:kms"}.get(self.value)


class Place(Spec):
    """Where an object is put."""

    bucket: Dyn[Text | None] = None
    """The bucket of the source, unless another one is named."""
    key: Dyn[Text | None] = None
    server_side_encryption: Dyn[Encryption | None] = None
    kms_key_id: Dyn[Text | None] = None

    def arguments(self) -> dict[str, Any]:
        """What the service is told about the new object."""
        asked = self.server_side_encryption.asked if self.server_side_encryption else None
        found = {"ServerSideEncryption": asked} if asked else {}
        return found | ({"SSEKMSKeyId": self.kms_key_id} if self.kms_key_id else {})


class InBucket(AwsConnection):
    """A bucket, and who pays for the requests."""

    bucket: Dyn[Text]
    request_payer: Dyn[Text | None] = None
    """``requester`` where the bucket lets the caller pay."""

    def payer(self) -> dict[str, Any]:
        """What every request about an object says."""
        return {"RequestPayer": self.request_payer} if self.request_payer else {}


class Owned(Spec):
    """Whose account the bucket must belong to."""

    expected_bucket_owner: Dyn[Text | None] = None

    def owner(self) -> dict[str, Any]:
        """What every request says about the bucket's owner."""
        return (
            {"ExpectedBucketOwner": self.expected_bucket_owner}
            if (self.expected_bucket_owner)
            else {}
        )


class Listed(InBucket, Owned):
    """Which objects of a bucket are meant."""

    prefix: Dyn[Text | None] = None
    delimiter: Dyn[Text | None] = None
    """Leaves out keys that have this text behind the prefix: ``/`` leaves out folders below."""
    marker: Dyn[Text | None] = None
    """Leaves out keys up to this one, in the order of the alphabet."""
    encoding_type: Dyn[Literal["url"] | None] = None
    """Keys always travel encoded and are shown as they are."""
    max_keys: Dyn[int] = Field(default=1000, ge=1)
    """How many keys one request asks for; all pages are read."""
    regexp: Dyn[Text | None] = None
    """A regular expression that the whole key must match."""
    filter: Dyn[Filter] = Filter.BOTH

    def about(self) -> dict[str, Any]:
        """What every request about one of the objects says."""
        return {**self.payer(), **self.owner()}


class Limited(Spec):
    """How many objects are taken at most."""

    max_files: Dyn[int] = Field(default=25, ge=1)


class Disposed(Spec):
    """What happens to objects once they were taken."""

    action: Dyn[Action] = Action.NONE
    move_to: Place | None = None
    """Where ``MOVE`` puts them: ``key`` is a folder, below which they keep their last name."""


class Checked(Spec):
    """Whether what came is what was stored."""

    validate_checksum: Dyn[bool] = False
