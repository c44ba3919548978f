"""Media of an account: uploaded, fetched, and named in messages. Good for three days.

Source: mp, temporary media. A cover picture (thumb) is a kind of its own and good for nothing else.
"""

from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.account.client import Client, for_account
from bot.simulator.account.limits import MEDIA_BYTES, THUMB
from bot.simulator.cast import Account
from bot.simulator.frame import UPLOAD, Answer, Call, File
from bot.simulator.media import MediaStore, Medium, check_media
from bot.simulator.refusal import Refused
from bot.simulator.world import World

_KINDS: Final[dict[str, MediaKind]] = {
    "image": MediaKind.IMAGE,
    "voice": MediaKind.VOICE,
    "video": MediaKind.VIDEO,
    THUMB: MediaKind.IMAGE,
}


class AccountMedia:
    """What an account keeps on the platform's shelf."""

    def __init__(self, world: World, store: MediaStore) -> None:
        self._world = world
        self._store = store

    def calls(self) -> list[Call[Client]]:
        """The calls of this corner."""
        return [
            Call("POST", "media/upload", for_account(self._upload), uploads=True, bare=True),
            Call("GET", "media/get", for_account(self._get), quiet=True, bare=True),
        ]

    def keep(
        self, account: Account, kind: str, *, name: str, body: bytes, content_type: str = ""
    ) -> Medium:
        """Put a file on the shelf; ``kind`` is the platform's word. Raises Refused."""
        if kind not in _KINDS:
            raise Refused(40004, "invalid media type")
        check_media(_KINDS[kind], body, MEDIA_BYTES[kind])
        return self._store.keep(
            _owner(account, kind), _KINDS[kind], name=name, body=body, content_type=content_type
        )

    def take(self, account: Account, kind: str, media_id: object) -> Medium:
        """The medium of this kind that the account may use now. Raises Refused (40007)."""
        return self._store.take(_owner(account, kind), media_id, _KINDS[kind])

    def picture_url(self, medium: Medium) -> str:
        """Where a person's picture can be seen."""
        return self._store.picture_url(medium)

    def _upload(self, account: Account, parameters: dict[str, Any]) -> Answer:
        """The id of a cover picture stands under a name of its own."""
        kind, upload = str(parameters.get("type")), parameters[UPLOAD]
        if upload is None:
            raise Refused(41005, "media data missing")
        medium = self.keep(
            account, kind, name=upload.name, body=upload.body, content_type=upload.content_type
        )
        name = "thumb_media_id" if kind == THUMB else "media_id"
        return {"type": kind, name: medium.id, "created_at": int(self._world.now().timestamp())}

    def _get(self, account: Account, parameters: dict[str, Any]) -> Answer | File:
        """A film is not handed out itself but by its address."""
        media_id = parameters.get("media_id")
        kinds = (it for it in _KINDS if self._store.has(_owner(account, it), media_id, _KINDS[it]))
        medium = self.take(account, next(kinds, THUMB), media_id)
        if medium.kind is MediaKind.VIDEO:
            return {"video_url": self._store.picture_url(medium)}
        return File(self._store.read(medium), medium.content_type, medium.id)


def _owner(account: Account, kind: str) -> str:
    return f"{account.app_id}/{THUMB}" if kind == THUMB else account.app_id
