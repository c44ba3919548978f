"""What a text says once its disguises are off: width, script, spaces, signs, encodings.

A disguise is taken off once: what is wrapped twice is a blob to us, and to most models.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from bot.wording.folding import fold

_SPACE: Final = re.compile(r"\s+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


def squeeze(text: str) -> str:
    """Letters, digits and characters only, in the form in which texts are compared."""
    return "".join(character for character in fold(text) if character.isalnum())


def unwrap(text: str) -> tuple[str, ...]:
    """The texts that are wrapped in ``text``, each decoded once."""
    plain = unicodedata.normalize("NFKC", text)
    unescaped = html.unescape(unquote(_ESCAPE.sub(_character, plain)))
    found = [unescaped] if unescaped != plain else []
    return (*found, *_decode_blobs(_SPACE.sub("", plain)))


def _decode_blobs(joined: str) -> Iterator[str]:
    for match in _HEX.finditer(joined):
        yield from _readable(bytes.fromhex(match[0]))
    for match in _BASE64.finditer(joined):
        letters = match[0].rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
        try:
            raw = base64.b64decode(letters + "=" * (-len(letters) % 4), validate=True)
        except binascii.Error:
            continue
        yield from _readable(raw)


def _readable(raw: bytes) -> Iterator[str]:
    """``raw`` as a text, if it is one."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return
    if len(text) >= 4 and "".join(text.split()).isprintable():
        yield text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return "" if 0xD800 <= code < 0xE000 else chr(code)
