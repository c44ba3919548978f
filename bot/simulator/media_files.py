"""Media as they can be fetched: by the page, by apps and readers, and by robots.

What a robot is told of lies encrypted under an address that is good for five minutes: AES-256-CBC
over the whole file, padded to 32, the key's first 16 bytes before it as the vector (100719). The
key is the callback's own, or a new one for each file over a connection (101463).
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from bot.simulator.guard import local_only
from bot.simulator.limits import ROBOT_MEDIA_SECONDS
from bot.simulator.media import PICTURES_PATH, MediaStore, Medium
from bot.simulator.shapes import Attachment
from bot.simulator.world import World

_ROBOT_PATH: Final = "/sim/robot-media"
_PAD_BLOCK: Final = 32
_SAFE_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class _Loan:
    """A file that ``robot`` may fetch; an empty ``key`` means that of its callbacks."""

    medium: str
    robot: str
    key: bytes = field(repr=False)
    until: datetime


class MediaFiles:
    """Serves what lies on the shelf. ``base`` is our own address."""

    def __init__(self, world: World, media: MediaStore, base: Callable[[], str]) -> None:
        self._world = world
        self._media = media
        self._base = base
        self._lent: dict[str, _Loan] = {}

    def apply(self, data: dict[str, Any]) -> bool:
        """Apply a happening of this corner."""
        if data["t"] != "media_lent":
            return False
        until = datetime.fromisoformat(data["until"])
        key = base64.b64decode(data["key"])
        self._lent[data["ticket"]] = _Loan(data["id"], data["robot"], key, until)
        return True

    def lend(self, robot: str, attachment: Attachment, key: bytes = b"") -> str:
        """An address for five minutes, under which ``robot`` finds the file encrypted.

        ``key`` is 32 bytes; without it the key is that of the robot's callbacks.
        """
        ticket = self._world.new_id()
        until = self._world.now() + timedelta(seconds=ROBOT_MEDIA_SECONDS)
        self._world.happen(
            "media_lent",
            ticket=ticket,
            id=attachment.id,
            robot=robot,
            key=base64.b64encode(key).decode(),
            until=until.isoformat(),
        )
        return f"{self._base()}{_ROBOT_PATH}/{ticket}"

    def routes(self) -> list[web.RouteDef]:
        """``/sim/api/media/{id}`` for the page, pictures in the open, files lent to robots."""
        return [
            web.get("/sim/api/media/{id}", local_only(self._show)),
            web.get(f"{PICTURES_PATH}/{{id}}", local_only(self._show)),
            web.get(f"{_ROBOT_PATH}/{{ticket}}", local_only(self._fetch)),
        ]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        medium = self._media.find(request.match_info["id"])
        if medium is None:
            raise web.HTTPNotFound
        disposition = "inline" if medium.content_type.startswith("image/") else "attachment"
        return _file(self._media.read(medium), medium, medium.content_type, disposition)

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        loan = self._lent.get(request.match_info["ticket"])
        medium = None if loan is None else self._media.find(loan.medium)
        key = b"" if loan is None else self._key(loan)
        if loan is None or medium is None or not key or self._world.now() >= loan.until:
            raise web.HTTPForbidden(text="the address is unknown or older than five minutes")
        body = encrypted(self._media.read(medium), key)
        return _file(body, medium, "application/octet-stream", "attachment")

    def _key(self, loan: _Loan) -> bytes:
        """Empty for a robot that is no longer there."""
        robot = self._world.cast.robots.get(loan.robot)
        return loan.key or (b"" if robot is None else robot.media_key)


def encrypted(body: bytes, key: bytes) -> bytes:
    """``body`` with ``key`` (32 bytes), as robots fetch it."""
    pad = _PAD_BLOCK - len(body) % _PAD_BLOCK
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return encryptor.update(body + bytes([pad]) * pad) + encryptor.finalize()


def _file(body: bytes, medium: Medium, content_type: str, disposition: str) -> web.Response:
    name = quote(medium.name or medium.id, safe="")
    headers = {
        **_SAFE_HEADERS,
        "Content-Type": content_type,
        "Content-Disposition": f"{disposition}; filename*=UTF-8''{name}",
    }
    return web.Response(body=body, headers=headers)
