"""The platform's calls on media: up, down, and pictures for ever.

Source: 90253 (media/upload), 90254 (media/get), 90256 (media/uploadimg), 95098
(media/upload_attachment: its media are for moments and albums only).
"""

from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.cast import App
from bot.simulator.frame import UPLOAD, Call, File
from bot.simulator.frequency import Frequency
from bot.simulator.limits import PICTURE_BYTES, PICTURES
from bot.simulator.media import MediaStore, Medium, check_media, read_kind, read_upload
from bot.simulator.refusal import Refused, bad_parameter, too_often
from bot.simulator.world import World

_ATTACHMENTS: Final = frozenset({MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.FILE})
_SCENES: Final = frozenset({"1", "2"})


def attachment_owner(corp_id: str, scene: int) -> str:
    """Who owns what a company uploads for moments (``scene`` 1) or for product albums (2)."""
    return f"{corp_id}/attachments/{scene}"


class MediaCalls:
    """What apps can do with media; all apps of a company share theirs."""

    def __init__(self, world: World, media: MediaStore) -> None:
        self._world = world
        self._media = media
        self._pictures = Frequency(PICTURES, bans=True)

    def calls(self) -> list[Call[App]]:
        """The calls of this corner."""
        return [
            Call("POST", "media/upload", self._upload, uploads=True),
            Call("GET", "media/get", self._get, quiet=True),
            Call("POST", "media/uploadimg", self._upload_picture, uploads=True),
            Call("POST", "media/upload_attachment", self._upload_attachment, uploads=True),
        ]

    def _upload(self, app: App, parameters: dict[str, Any]) -> dict[str, Any]:
        """media/upload: an id for three days."""
        kind = read_kind(parameters.get("type"))
        return uploaded(self._keep(app.corp_id, kind, parameters), self._world)

    def _get(self, app: App, parameters: dict[str, Any]) -> File:
        """media/get: the file."""
        medium = self._media.take(app.corp_id, parameters.get("media_id"))
        return File(self._media.read(medium), medium.content_type, medium.id)

    def _upload_picture(self, app: App, parameters: dict[str, Any]) -> dict[str, Any]:
        """media/uploadimg: an address for ever."""
        upload = parameters[UPLOAD]
        if upload is None:
            raise Refused(44001, "empty media data")
        check_media(MediaKind.IMAGE, upload.body, PICTURE_BYTES)
        if not self._pictures.take(app.corp_id, self._world.now()):
            raise too_often()
        owner = f"{app.corp_id}/pictures"
        medium = self._media.keep(
            owner,
            MediaKind.IMAGE,
            name=upload.name,
            body=upload.body,
            content_type=upload.content_type,
        )
        return {"url": self._media.picture_url(medium)}

    def _upload_attachment(self, app: App, parameters: dict[str, Any]) -> dict[str, Any]:
        """media/upload_attachment: an id for moments, or for product albums."""
        kind = read_kind(parameters.get("media_type"), allowed=_ATTACHMENTS)
        scene = parameters.get("attachment_type")
        if scene not in _SCENES:
            raise bad_parameter("attachment_type: 1 or 2")
        owner = attachment_owner(app.corp_id, int(scene))
        answer = uploaded(self._keep(owner, kind, parameters), self._world)
        return {**answer, "created_at": int(answer["created_at"])}

    def _keep(self, owner: str, kind: MediaKind, parameters: dict[str, Any]) -> Medium:
        upload = read_upload(parameters[UPLOAD], kind)
        return self._media.keep(
            owner, kind, name=upload.name, body=upload.body, content_type=upload.content_type
        )


def uploaded(medium: Medium, world: World) -> dict[str, Any]:
    """What an upload is answered with; the hour stands there as text (90253)."""
    created_at = str(int(world.now().timestamp()))
    return {"type": medium.kind, "media_id": medium.id, "created_at": created_at}
