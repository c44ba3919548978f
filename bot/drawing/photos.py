"""A photograph from somebody's telephone, as we may keep and show it.

It is drawn anew: upright, no larger than a telephone shows, and with nothing beside its points, so
that no place, name or device that was written into the file goes with it.
"""

import io
from typing import Final

from PIL import Image, ImageOps

LONGEST_SIDE: Final = 1600
"""Pixels; larger ones are made smaller."""

MOST_POINTS: Final = 50_000_000
"""A file that says it is larger is not opened: a small file can say so."""

_QUALITIES: Final = (88, 70, 50)
"""JPEG; the next one only for a picture that is too large with the one before."""


def clean_photo(body: bytes, *, most_bytes: int) -> bytes | None:
    """A JPEG of the PNG or JPEG in ``body``; None when it is neither, or cannot be read.

    It has at most ``most_bytes``. Takes some 100 ms of a processor: call it in a thread.
    """
    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > MOST_POINTS:
                return None
            sheet = _drawn_anew(opened)
    except (OSError, SyntaxError, ValueError, *_BOMBS):  # what Pillow raises for broken files
        return None
    for quality in _QUALITIES:
        written = io.BytesIO()
        sheet.save(written, "JPEG", quality=quality, optimize=True)
        if written.tell() <= most_bytes:
            return written.getvalue()
    return None


_BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def _drawn_anew(opened: Image.Image) -> Image.Image:
    """Its points on a white sheet of their own, which knows nothing of the file."""
    upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    sheet = Image.new("RGB", upright.size, "white")
    points = upright.convert("RGBA")
    sheet.paste(points, mask=points.getchannel("A"))
    return sheet
