"""The picture of a code. It looks like one, but no camera can read it: there is no page behind it.

The bits are drawn from the config id, so a code always has the same picture.
"""

import hashlib
import struct
import zlib
from typing import Final

from aiohttp import web

from bot.simulator.contact.ways import Ways
from bot.simulator.guard import local_only

PICTURE_PATH: Final = "/sim/codes"

_CELLS: Final = 25
_CELL_PIXELS: Final = 8


class Pictures:
    """Serves ``PICTURE_PATH``/{config id}.png."""

    def __init__(self, ways: Ways) -> None:
        self._ways = ways

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get(f"{PICTURE_PATH}/{{config_id}}.png", local_only(self._show))]

    async def _show(self, request: web.Request) -> web.StreamResponse:
        config_id = request.match_info["config_id"]
        if config_id not in self._ways.ways:
            raise web.HTTPNotFound
        return web.Response(body=draw_code(config_id), content_type="image/png")


def draw_code(seed: str) -> bytes:
    """A black and white PNG of 200 by 200 pixels."""
    bits = int.from_bytes(hashlib.shake_256(seed.encode()).digest(_CELLS * _CELLS // 8 + 1), "big")
    lines = []
    for row in range(_CELLS):
        cells = [255 * (bits >> (row * _CELLS + cell) & 1) for cell in range(_CELLS)]
        pixels = bytes(cell for cell in cells for _ in range(_CELL_PIXELS))
        lines += [b"\x00" + pixels] * _CELL_PIXELS
    side = _CELLS * _CELL_PIXELS
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
