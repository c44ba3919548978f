"""Media: files of ours on their way out, encrypted files on their way in.

Only what lies below the configuration directory can be shown, what members sent in and we keep, and
what we draw ourselves. A file is uploaded once for each account that shows it; its media id is used
until an hour before the platform forgets it, so that whoever tries again sends the same content.

Source: developer.work.weixin.qq.com/document/path/90253 (media/upload), 100719 (robots' media).
"""

import asyncio
import base64
import binascii
import hashlib
import mimetypes
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.channels.crypto import unpad
from bot.channels.http import File, read_file
from bot.core.clock import Clock
from bot.core.errors import BadPayload, ContentRefused, TransportError
from bot.core.events import MediaKind
from bot.core.messages import Attachment, Drawing, Media
from bot.drawing.draw import draw
from bot.platforms.limits import (
    MEDIA_BYTES,
    MEDIA_LEAST_BYTES,
    MEDIA_READ_BYTES,
    MEDIA_SECONDS,
)

Upload = Callable[[MediaKind, File], Awaitable[str]]
"""Brings a file to a platform and returns its media id."""

_USE: Final = timedelta(seconds=MEDIA_SECONDS) - timedelta(hours=1)
_PLACES: Final = 4096
"""Files whose media ids are remembered: pictures are drawn anew every day."""

_BLOCK: Final = 16


@dataclass(slots=True)
class _Place:
    """Where the media id of one file for one account stands; one upload at a time."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    media_id: str = ""
    use_until: datetime | None = None


class MediaShelf:
    """The files that messages may carry, and the media ids that platforms gave for them.

    Paths are relative to ``directory``; what lies below one of ``kept`` is named from the root.
    """

    def __init__(self, directory: Path, clock: Clock, *, kept: tuple[Path, ...] = ()) -> None:
        self._directory = directory
        self._kept = kept
        self._clock = clock
        self._places: dict[tuple[str, ...], _Place] = defaultdict(_Place)

    def read(self, media: Media, *, most_bytes: int | None = None) -> File:
        """The file, of at most ``most_bytes`` (by default what platforms take of its kind).

        Raises ContentRefused with a sentence that names the file when it is not there, lies
        outside the configuration directory, or is too large or too small.
        """
        most = MEDIA_BYTES[media.kind] if most_bytes is None else most_bytes
        try:
            path = self._path(media)
            size = path.stat().st_size
            body = path.read_bytes() if MEDIA_LEAST_BYTES <= size <= most else b""
        except (OSError, ValueError, RuntimeError) as error:  # a NUL, links in a circle
            raise _refused(media, f"cannot be read ({type(error).__name__})") from None
        if size > most:
            raise _refused(media, f"has {size} bytes; at most {most} can be sent")
        if size < MEDIA_LEAST_BYTES:
            raise _refused(media, f"has {size} bytes; at least {MEDIA_LEAST_BYTES} are needed")
        name = media.name or path.name
        if not name.endswith(path.suffix):
            name += path.suffix
        kind, _ = mimetypes.guess_type(path.name)
        return File(name, body, kind or "application/octet-stream")

    async def file(self, attachment: Attachment, *, most_bytes: int | None = None) -> File:
        """The file to send, read or drawn in a thread. Raises ContentRefused like ``read``."""
        if isinstance(attachment, Drawing):
            body = await asyncio.to_thread(draw, attachment.picture)
            return File(f"{attachment.picture.kind}.png", body, "image/png")
        return await asyncio.to_thread(self.read, attachment, most_bytes=most_bytes)

    async def media_id(self, attachment: Attachment, upload: Upload, owner: str) -> str:
        """The media id for ``owner`` (an account), uploaded when there is none that is still good.

        Raises ContentRefused like ``read``, and what ``upload`` raises. Without a media id nothing
        was shown, so a silence is ``reached=False``.
        """
        file = await self.file(attachment)
        digest = hashlib.sha256(file.body).hexdigest()
        place = self._place(owner, attachment.kind, file.name, digest)
        async with place.turn:
            asked_at = self._clock.now()
            if place.use_until is None or asked_at >= place.use_until:
                try:
                    place.media_id = await upload(attachment.kind, file)
                except TransportError as silence:
                    raise TransportError(silence.message, reached=False, **silence.data) from None
                place.use_until = asked_at + _USE
            return place.media_id

    def _place(self, *of: str) -> _Place:
        """Where the media id of a file stands; the oldest is forgotten when there are too many."""
        if of not in self._places and len(self._places) >= _PLACES:
            del self._places[next(iter(self._places))]
        return self._places[of]

    def _path(self, media: Media) -> Path:
        """Where the file is. Raises ContentRefused, and what the file system raises."""
        root = self._directory.resolve()
        path = (root / media.path).resolve()
        if not any(path.is_relative_to(known) for known in (root, *map(Path.resolve, self._kept))):
            raise _refused(media, "lies outside the configuration directory")
        if not path.is_file():
            raise _refused(media, "does not exist")
        return path


def inline_picture(body: bytes) -> dict[str, str]:
    """A picture in the message itself; md5 is that of the raw file (99110, 101031)."""
    digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return {"base64": base64.b64encode(body).decode(), "md5": digest}


async def fetch_media(session: aiohttp.ClientSession, url: str, key: bytes) -> bytes:
    """The file that a person sent to a robot, within five minutes (100719), decrypted.

    ``key`` is 32 bytes, empty for a file that is plain. Raises PlatformError, TransportError, or
    BadPayload for more than 100 MB and for what cannot be decrypted.
    """
    body = await read_file(session, url, name="the media file")
    if len(body) > MEDIA_READ_BYTES:
        raise BadPayload("The media file is too large.", most_bytes=MEDIA_READ_BYTES)
    return decrypt_media(body, key) if key else body


def decrypt_media(body: bytes, key: bytes) -> bytes:
    """The file behind its encryption: AES-256-CBC, padded to 32, no header (100719).

    ``key`` is 32 bytes, see ``read_key``. Raises BadPayload.
    """
    if not body or len(body) % _BLOCK:
        raise BadPayload("The media file is not whole blocks.", bytes=len(body))
    decryptor = Cipher(AES256(key), CBC(key[:_BLOCK])).decryptor()
    return unpad(decryptor.update(body) + decryptor.finalize())


def read_key(text: str) -> bytes:
    """The 32 bytes of an EncodingAESKey or of a file's own key, with "=" or without.

    Raises BadPayload.
    """
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise BadPayload("The key of the media file is not 32 bytes in Base64.")
    return key


def _refused(media: Media, what: str) -> ContentRefused:
    return ContentRefused(f"The {media.kind} {media.path} {what}.", errcode=0)
