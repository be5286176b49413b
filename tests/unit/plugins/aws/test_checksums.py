"""A file is compared with the best checksum that the service keeps of the object."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from downbeat.sdk.errors import TaskFailed
from flows.plugins.aws.s3.checksums import stored_sum, verify
from flows.plugins.aws.s3.crc import WIDTHS, plain
from tests.support.run_context import MemoryContext

CONTENT = b"some content"
SHA256 = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()


def judged(
    tmp_path: Path,
    head: dict[str, Any],
    content: bytes = CONTENT,
    sizes: tuple[int, ...] | None = None,
) -> list[str]:
    """The warnings of a comparison; ``sizes``: of the parts, as the service tells them."""
    path = tmp_path / "content"
    path.write_bytes(content)
    ctx = MemoryContext(tmp_path)
    asked = None if sizes is None else lambda number: sizes[number - 1]
    verify(ctx, path, stored_sum(head), head, shown="s3://b/a", part_size=asked)
    return [text for level, text in ctx.lines if level == "WARN"]


@pytest.mark.parametrize(
    "head",
    [
        {"ChecksumSHA256": SHA256, "ChecksumType": "FULL_OBJECT", "ETag": '"x-3"'},
        {"ChecksumSHA256": SHA256, "ETag": '"x"'},
        {"ETag": f'"{hashlib.md5(CONTENT).hexdigest()}"'},
        {"ETag": f'"{hashlib.md5(CONTENT).hexdigest()}"', "ServerSideEncryption": "AES256"},
    ],
)
def test_a_content_is_accepted_or_refused_by_its_checksum(
    tmp_path: Path, head: dict[str, Any]
) -> None:
    assert judged(tmp_path, head) == []
    with pytest.raises(TaskFailed, match=r"s3://b/a is .*, but the service keeps"):
        judged(tmp_path, head, b"another")


@pytest.mark.parametrize(
    "head",
    [
        {"ChecksumCRC32": "AAAAAA==-3", "ChecksumType": "COMPOSITE", "ETag": '"x-3"'},
        {"ETag": f'"{"0" * 32}"', "ServerSideEncryption": "aws:kms"},
        {},
    ],
)
def test_what_nobody_can_compare_is_said(tmp_path: Path, head: dict[str, Any]) -> None:
    assert "could be compared" in judged(tmp_path, head)[0]


@pytest.mark.parametrize(
    ("algorithm", "value"), [("CRC32C", 0xE3069283), ("CRC64NVME", 0xAE8B14860A799888)]
)
def test_a_cyclic_check_is_the_one_of_its_standard(
    tmp_path: Path, algorithm: str, value: int
) -> None:
    # The check values of the catalogue of parametrised CRC algorithms.
    kept = base64.b64encode(value.to_bytes(WIDTHS[algorithm], "big")).decode()
    head = {f"Checksum{algorithm}": kept, "ChecksumType": "FULL_OBJECT", "ETag": '"x-3"'}

    assert plain(algorithm)(b"6789", plain(algorithm)(b"12345", 0)) == value
    assert judged(tmp_path, head, b"123456789") == []
    with pytest.raises(TaskFailed, match=algorithm):
        judged(tmp_path, head, b"123456780")


@pytest.mark.parametrize("sizes", [(5, 5, 2), (4, 6, 2)])
@pytest.mark.parametrize("algorithm", ["MD5", "SHA256"])
def test_an_object_of_parts_is_compared_part_by_part(
    tmp_path: Path, sizes: tuple[int, ...], algorithm: str
) -> None:
    digest = getattr(hashlib, algorithm.lower())
    starts = [sum(sizes[:number]) for number in range(len(sizes))]
    cut = [CONTENT[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    of_all = digest(b"".join(digest(part).digest() for part in cut))
    head = {"ETag": f'"{of_all.hexdigest()}-3"', "ChecksumType": "COMPOSITE"}
    if algorithm != "MD5":
        kept = f"{base64.b64encode(of_all.digest()).decode()}-3"
        head = {f"Checksum{algorithm}": kept, "ChecksumType": "COMPOSITE", "ETag": '"x-3"'}

    assert judged(tmp_path, head, sizes=sizes) == []
    with pytest.raises(TaskFailed, match=algorithm):
        judged(tmp_path, head, b"some c0ntent", sizes=sizes)
