"""The platform's shelf of media: what was uploaded or sent, by an id that is good for three days.

A media id is good for its owner only: a company (its apps share their media, 90389), a webhook, a
robot, an account; owners are whatever names them to the platform. Bytes lie beside the journal
under their digest; the journal tells who may use them and until when.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.frame import Upload
from bot.simulator.limits import MEDIA_BYTES, MEDIA_LEAST_BYTES, MEDIA_SECONDS
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Attachment
from bot.simulator.world import World

PICTURES_PATH: Final = "/sim/pictures"
"""Pictures in the open, by the address that uploadimg and image messages give."""

_NAME_CHARACTERS: Final = 120
_CONTENT_TYPE: Final = re.compile(r"[0-9A-Za-z.+-]+/[0-9A-Za-z.+-]+")
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f"\\/\ud800-\udfff]')
_STARTS: Final[dict[MediaKind, tuple[re.Pattern[bytes], str]]] = {
    MediaKind.IMAGE: (re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n"), "JPG or PNG"),
    MediaKind.VOICE: (re.compile(rb"#!AMR"), "AMR"),
    MediaKind.VIDEO: (re.compile(rb".{4}ftyp", re.DOTALL), "MP4"),
}
"""How the kinds of files begin that 90253 allows; a file may be anything."""


@dataclass(frozen=True, slots=True)
class Medium:
    """Something on the shelf. ``until`` is when its id stops being good."""

    id: str
    owner: str
    kind: MediaKind
    name: str
    content_type: str
    digest: str
    size: int
    until: datetime

    def attachment(self, words: str = "") -> Attachment:
        """It as a part of a message; ``words`` are what was said, of a voice."""
        return Attachment(self.kind, self.id, self.name, words)


class MediaStore:
    """Media by id. ``folder`` is made when it is needed; ``base`` is our own address."""

    def __init__(self, world: World, folder: Path, base: Callable[[], str]) -> None:
        self._world = world
        self._folder = folder
        self._base = base
        self._media: dict[str, Medium] = {}

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of this corner."""
        if data["t"] != "media":
            return False
        self._media[data["id"]] = Medium(
            id=data["id"],
            owner=data["owner"],
            kind=MediaKind(data["media_kind"]),
            name=data["name"],
            content_type=data["content_type"],
            digest=data["digest"],
            size=data["size"],
            until=datetime.fromisoformat(data["until"]),
        )
        return True

    def keep(
        self,
        owner: str,
        kind: MediaKind,
        *,
        name: str,
        body: bytes,
        content_type: str = "",
        seconds: int = MEDIA_SECONDS,
    ) -> Medium:
        """Put a file on the shelf for ``owner``, good for ``seconds``. It is not judged."""
        digest, found = hashlib.sha256(body).hexdigest(), _CONTENT_TYPE.match(content_type)
        self._write(digest, body)
        media_id = self._world.new_id()
        self._world.happen(
            "media",
            id=media_id,
            owner=owner,
            media_kind=kind,
            name=_UNSAFE.sub("_", name)[:_NAME_CHARACTERS],
            content_type=found[0] if found else _CONTENT_TYPES[kind],
            digest=digest,
            size=len(body),
            until=(self._world.now() + timedelta(seconds=seconds)).isoformat(),
        )
        return self._media[media_id]

    def shelf(self, owner: str) -> "Shelf":
        """The media of one owner."""
        return Shelf(self, owner)

    def has(self, owner: str, media_id: object, kind: MediaKind | None = None) -> bool:
        """Whether ``owner`` may use ``media_id`` now, as a ``kind`` if that is given."""
        medium = self._media.get(media_id) if isinstance(media_id, str) else None
        return (
            medium is not None
            and medium.owner == owner
            and self._world.now() < medium.until
            and kind in {None, medium.kind}
        )

    def take(self, owner: str, media_id: object, kind: MediaKind | None = None) -> Medium:
        """The medium that ``owner`` uses now. Raises Refused (40007)."""
        if not isinstance(media_id, str) or not self.has(owner, media_id, kind):
            raise Refused(40007, "invalid media_id")
        return self._media[media_id]

    def find(self, media_id: str) -> Medium | None:
        """Whatever has this id, also when nobody may use it any more."""
        return self._media.get(media_id)

    def read(self, medium: Medium) -> bytes:
        """Its bytes; empty when somebody has emptied the folder."""
        path = self._folder / medium.digest
        return path.read_bytes() if path.exists() else b""

    def picture_url(self, medium: Medium) -> str:
        """An address under which anybody may see it, for ever."""
        return f"{self._base()}{PICTURES_PATH}/{medium.id}"

    def _write(self, digest: str, body: bytes) -> None:
        """Write the file whole before anybody is told of it."""
        path = self._folder / digest
        if path.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        torn = path.with_suffix(".part")
        torn.write_bytes(body)
        torn.replace(path)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The media of one owner: what somebody who sends messages may put into them."""

    store: MediaStore
    owner: str

    def take(self, media_id: object, kind: MediaKind) -> Attachment:
        """A part of a message. Raises Refused (40007; for another kind that is unverified)."""
        return self.store.take(self.owner, media_id, kind).attachment()

    def keep(self, kind: MediaKind, body: bytes, *, name: str = "", words: str = "") -> Attachment:
        """A part of a message whose bytes came with it; ``words`` are what a voice says."""
        return self.store.keep(self.owner, kind, name=name, body=body).attachment(words)


def check_media(kind: MediaKind, body: bytes, limit_bytes: int) -> None:
    """Refuse what the platform would not take as ``kind`` of at most ``limit_bytes``.

    Raises Refused: 44001 nothing, 40006 too small, 45001 too large, 40005 another format. That the
    format is read from the file and not from its name is unverified.
    """
    if not body:
        raise Refused(44001, "empty media data")
    if len(body) < MEDIA_LEAST_BYTES:
        raise Refused(40006, f"invalid media size: at least {MEDIA_LEAST_BYTES} bytes")
    if len(body) > limit_bytes:
        raise Refused(45001, f"media size out of limit: {limit_bytes} bytes")
    start, formats = _STARTS.get(kind, (None, ""))
    if start is not None and not start.match(body):
        raise Refused(40005, f"invalid file type: {kind} must be {formats}")


def read_kind(value: object, *, allowed: frozenset[MediaKind] = frozenset(MediaKind)) -> MediaKind:
    """The kind that a call names. Raises Refused (40004)."""
    if not isinstance(value, str) or value not in {kind.value for kind in allowed}:
        raise Refused(40004, "invalid media type")
    return MediaKind(value)


def read_upload(upload: Upload | None, kind: MediaKind) -> Upload:
    """The file of an upload, checked as ``kind`` by the limits of 90253. Raises Refused."""
    if upload is None:
        raise Refused(44001, "empty media data")
    check_media(kind, upload.body, MEDIA_BYTES[kind])
    return upload


_CONTENT_TYPES: Final = {
    MediaKind.IMAGE: "image/png",
    MediaKind.VOICE: "audio/amr",
    MediaKind.VIDEO: "video/mp4",
    MediaKind.FILE: "application/octet-stream",
}
