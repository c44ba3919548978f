"""Uploads over a robot's connection: announced, sent in chunks, put together (101463).

Chunks are numbered from 0 and may come in any order, and again. No page names the errcodes: they
are those of the same mistakes in the calls on media (90455).
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.cast import Socket
from bot.simulator.frequency import Frequency
from bot.simulator.limits import (
    MEDIA_LEAST_BYTES,
    SOCKET_CHUNK_BYTES,
    SOCKET_CHUNKS,
    SOCKET_MEDIA_BYTES,
    SOCKET_UPLOADS,
)
from bot.simulator.media import MediaStore, check_media, read_kind
from bot.simulator.media_calls import uploaded
from bot.simulator.refusal import Refused, bad_parameter, missing, too_often
from bot.simulator.world import World

_MD5: Final = re.compile(r"[0-9a-fA-F]{32}")


@dataclass(slots=True)
class _Upload:
    """A file on its way."""

    robot: str
    kind: MediaKind
    name: str
    size: int
    chunk_count: int
    md5: str
    chunks: dict[int, bytes] = field(default_factory=dict)


class Uploads:
    """Files on their way, by the id that announcing them gave. A restart forgets these."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self._world = world
        self._media = media
        self._rates = Frequency(SOCKET_UPLOADS, bans=True)
        self._uploads: dict[str, _Upload] = {}

    def begin(self, robot: Socket, body: dict[str, Any]) -> dict[str, Any]:
        """Announce a file: type, filename, total_size, total_chunks, md5. Raises Refused."""
        upload = _read_announcement(robot, body)
        if not self._rates.take(robot.key, self._world.now()):
            raise too_often()
        upload_id = self._world.new_id()
        self._uploads[upload_id] = upload
        return {"upload_id": upload_id}

    def add(self, robot: Socket, body: dict[str, Any]) -> dict[str, Any]:
        """Take a chunk: chunk_index, base64_data. Raises Refused."""
        upload = self._upload(robot, body)
        index = body.get("chunk_index")
        if not isinstance(index, int) or isinstance(index, bool):
            raise missing("chunk_index")
        if not 0 <= index < upload.chunk_count:
            raise bad_parameter(f"chunk_index: 0 to {upload.chunk_count - 1}")
        try:
            chunk = base64.b64decode(str(body.get("base64_data", "")), validate=True)
        except (binascii.Error, ValueError):
            raise bad_parameter("base64_data") from None
        if not chunk:
            raise missing("base64_data")
        if len(chunk) > SOCKET_CHUNK_BYTES:
            raise Refused(45001, f"media size out of limit: {SOCKET_CHUNK_BYTES} bytes a chunk")
        upload.chunks[index] = chunk
        return {}

    def finish(self, robot: Socket, body: dict[str, Any]) -> dict[str, Any]:
        """Put the file on the robot's shelf, if it is what was announced. Raises Refused.

        One that is not must be sent again from the beginning; one with missing chunks need not.
        """
        upload = self._upload(robot, body)
        lacking = [index for index in range(upload.chunk_count) if index not in upload.chunks]
        if lacking:
            raise bad_parameter(f"chunk {lacking[0]} is missing")
        del self._uploads[body["upload_id"]]
        content = b"".join(upload.chunks[index] for index in range(upload.chunk_count))
        if len(content) != upload.size:
            raise Refused(40006, "invalid media size: not total_size")
        if hashlib.md5(content, usedforsecurity=False).hexdigest() != upload.md5:
            raise bad_parameter("md5")
        check_media(upload.kind, content, SOCKET_MEDIA_BYTES[upload.kind])
        medium = self._media.keep(robot.key, upload.kind, name=upload.name, body=content)
        return uploaded(medium, self._world)

    def _upload(self, robot: Socket, body: dict[str, Any]) -> _Upload:
        upload_id = body.get("upload_id")
        if not upload_id:
            raise missing("upload_id")
        upload = self._uploads.get(upload_id) if isinstance(upload_id, str) else None
        if upload is None or upload.robot != robot.key:
            raise bad_parameter("upload_id")
        return upload


def _read_announcement(robot: Socket, body: dict[str, Any]) -> _Upload:
    kind = read_kind(body.get("type"))
    name, md5 = body.get("filename"), body.get("md5")
    size, count = body.get("total_size"), body.get("total_chunks")
    if not isinstance(name, str) or not name:
        raise missing("filename")
    if not isinstance(size, int) or isinstance(size, bool) or size < MEDIA_LEAST_BYTES:
        raise Refused(40006, f"invalid media size: at least {MEDIA_LEAST_BYTES} bytes")
    if size > SOCKET_MEDIA_BYTES[kind]:
        raise Refused(45001, f"media size out of limit: {SOCKET_MEDIA_BYTES[kind]} bytes")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= SOCKET_CHUNKS:
        raise bad_parameter(f"total_chunks: 1 to {SOCKET_CHUNKS}")
    if count * SOCKET_CHUNK_BYTES < size:
        raise bad_parameter(f"total_chunks: a chunk is at most {SOCKET_CHUNK_BYTES} bytes")
    if not isinstance(md5, str) or not _MD5.fullmatch(md5):
        raise bad_parameter("md5")
    return _Upload(robot.key, kind, name, size, count, md5.lower())
