"""What a welcome (92137) or a mass send (92135) says: a text and up to nine attachments.

Each of them reaches the chat as a message of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.cast import App
from bot.simulator.contact.reading import (
    Body,
    needed,
    read_bytes,
    read_part,
    read_parts,
    read_text,
)
from bot.simulator.limits import (
    CONTACT_ATTACHMENTS,
    CONTACT_TEXT_BYTES,
    LINK_DESCRIPTION_BYTES,
    LINK_TITLE_BYTES,
    MINI_PROGRAM_TITLE_BYTES,
    URL_BYTES,
)
from bot.simulator.media import MediaStore
from bot.simulator.refusal import Refused, bad_parameter, missing
from bot.simulator.shapes import Draft, Kind


@dataclass(frozen=True, slots=True)
class Content:
    """``attachments`` are in the platform's form: msgtype, and an object of that name."""

    text: str
    attachments: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """For the journal, and for whoever asks the platform."""
        text = {"text": {"content": self.text}} if self.text else {}
        return {**text, "attachments": list(self.attachments)}

    def drafts(self, media: MediaStore) -> list[Draft]:
        """The messages as they will stand in a chat."""
        text = [Draft(Kind.TEXT, self.text)] if self.text else []
        return [*text, *(_draft(attachment, media) for attachment in self.attachments)]


def content_from_json(data: dict[str, Any]) -> Content:
    """The inverse of ``Content.to_json``."""
    return Content(data.get("text", {}).get("content", ""), tuple(data["attachments"]))


def read_content(body: Body, app: App, media: MediaStore) -> Content:
    """The content of a call by ``app``. Raises Refused."""
    text = read_text(read_part(body, "text"), "content")
    if len(text.encode("utf-8", "surrogatepass")) > CONTACT_TEXT_BYTES:
        raise Refused(45002, f"content size out of limit: {CONTACT_TEXT_BYTES} bytes")
    listed = read_parts(body, "attachments")
    if len(listed) > CONTACT_ATTACHMENTS:
        raise bad_parameter(f"attachments: at most {CONTACT_ATTACHMENTS}")
    if not text.strip() and not listed:
        raise Refused(44004, "text and attachments are empty")
    uploads = _Uploads(media, app.corp_id)
    attachments = tuple(_attachment(item, uploads) for item in listed)
    return Content(text if text.strip() else "", attachments)


@dataclass(frozen=True, slots=True)
class _Uploads:
    """What a company has uploaded."""

    media: MediaStore
    corp_id: str

    def check(self, media_id: str, kind: MediaKind) -> str:
        """A media id that is good for ``kind``."""
        return self.media.take(self.corp_id, media_id, kind).id

    def check_picture(self, url: str) -> str:
        """An address that media/uploadimg gave; the errcode for others is unverified."""
        medium = self.media.find(url.rpartition("/")[2])
        if medium is None or medium.owner != f"{self.corp_id}/pictures":
            raise bad_parameter("image.pic_url: only what media/uploadimg gave")
        return url


def _attachment(item: Body, uploads: _Uploads) -> dict[str, Any]:
    kind = item.get("msgtype")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if not isinstance(kind, str) or read is None:
        raise Refused(40008, "invalid message type")
    part = read_part(item, kind)
    if not part:
        raise missing(kind)
    return {"msgtype": kind, kind: read(part, uploads)}


def _image(part: Body, uploads: _Uploads) -> dict[str, str]:
    if media_id := read_text(part, "media_id"):
        return {"media_id": uploads.check(media_id, MediaKind.IMAGE)}
    return {"pic_url": uploads.check_picture(needed(read_text(part, "pic_url"), "media_id"))}


def _link(part: Body, _uploads: _Uploads) -> dict[str, str]:
    return {
        "title": needed(read_bytes(part, "title", LINK_TITLE_BYTES), "link.title"),
        "picurl": read_bytes(part, "picurl", URL_BYTES),
        "desc": read_bytes(part, "desc", LINK_DESCRIPTION_BYTES),
        "url": needed(read_bytes(part, "url", URL_BYTES), "link.url"),
    }


def _mini_program(part: Body, uploads: _Uploads) -> dict[str, str]:
    title = read_bytes(part, "title", MINI_PROGRAM_TITLE_BYTES)
    return {
        "title": needed(title, "miniprogram.title"),
        "pic_media_id": uploads.check(read_text(part, "pic_media_id"), MediaKind.IMAGE),
        "appid": needed(read_text(part, "appid"), "miniprogram.appid"),
        "page": needed(read_text(part, "page"), "miniprogram.page"),
    }


def _video(part: Body, uploads: _Uploads) -> dict[str, str]:
    return {"media_id": uploads.check(read_text(part, "media_id"), MediaKind.VIDEO)}


def _file(part: Body, uploads: _Uploads) -> dict[str, str]:
    return {"media_id": uploads.check(read_text(part, "media_id"), MediaKind.FILE)}


_READERS: Final[dict[str, Callable[[Body, _Uploads], dict[str, str]]]] = {
    "image": _image,
    "link": _link,
    "miniprogram": _mini_program,
    "video": _video,
    "file": _file,
}


def _draft(attachment: dict[str, Any], media: MediaStore) -> Draft:
    kind = attachment["msgtype"]
    part = attachment[kind]
    if kind == "link":
        lines = (part["title"], part["desc"], part["url"])
        return Draft(Kind.NEWS, "\n".join(line for line in lines if line))
    if kind == "miniprogram":
        return Draft(Kind.NEWS, f"[小程序] {part['title']}\n{part['page']}")
    media_id = part.get("media_id") or part["pic_url"].rpartition("/")[2]
    medium = media.find(media_id)
    shown = () if medium is None else (medium.attachment(),)
    return Draft(Kind(kind), media=shown)
