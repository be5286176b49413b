"""Words for how an object is stored: the language's, and those that the service knows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class _Word(StrEnum):
    """A word of the language that also understands the service's own."""

    @property
    def asked(self) -> str:
        """The word that the service knows it by."""
        return _ASKED.get(self.value, self.value)

    @classmethod
    def _missing_(cls, value: Any) -> _Word | None:
        return next((word for word in cls if word.asked == value), None)


class StorageClass(_Word):
    """What keeping an object costs, and how soon it can be read."""

    STANDARD = "STANDARD"
    REDUCED_REDUNDANCY = "REDUCED_REDUNDANCY"
    STANDARD_IA = "STANDARD_IA"
    ONEZONE_IA = "ONEZONE_IA"
    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    GLACIER = "GLACIER"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"
    OUTPOSTS = "OUTPOSTS"
    GLACIER_IR = "GLACIER_IR"
    SNOW = "SNOW"
    EXPRESS_ONEZONE = "EXPRESS_ONEZONE"
    FSX_OPENZFS = "FSX_OPENZFS"
    FSX_ONTAP = "FSX_ONTAP"


class ServerSideEncryption(_Word):
    """How the service encrypts an object that it stores."""

    AES256 = "AES256"
    AWS_FSX = "AWS_FSX"
    AWS_KMS = "AWS_KMS"
    AWS_KMS_DSSE = "AWS_KMS_DSSE"


class ChecksumAlgorithm(_Word):
    """How the service and the worker make sure that a content arrived whole."""

    CRC32 = "CRC32"
    CRC32_C = "CRC32_C"
    CRC64_NVME = "CRC64_NVME"
    SHA1 = "SHA1"
    SHA256 = "SHA256"


class LockMode(StrEnum):
    """Who may still delete a locked object."""

    GOVERNANCE = "GOVERNANCE"
    COMPLIANCE = "COMPLIANCE"


class LegalHold(StrEnum):
    """Whether an object is held until somebody lets go of it."""

    ON = "ON"
    OFF = "OFF"


_ASKED = {
    "AWS_FSX": "aws:fsx",
    "AWS_KMS": "aws:kms",
    "AWS_KMS_DSSE": "aws:kms:dsse",
    "CRC32_C": "CRC32C",
    "CRC64_NVME": "CRC64NVME",
}
