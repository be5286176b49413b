"""A text as a picture that telephones read. Pure."""

from __future__ import annotations

import io

import qrcode  # type: ignore[import-untyped]
from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]


def qr(text: str) -> str:
    """The SVG of a QR code."""
    buffer = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, box_size=12, border=2).save(buffer)
    return buffer.getvalue().decode()
