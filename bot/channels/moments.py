"""Customers' Moments 客户朋友圈: a call makes a task, and each employee confirms it in his client.

The call answers with a job, which is asked for the moment's id for a day. A silence may have made
the task, so it is never repeated. Pictures are uploaded for Moments apart from all others.

Source: developer.work.weixin.qq.com/document/path/95094 (tasks and jobs), 97612 (calling off),
93333 (who has published, what customers did), 95098 (uploads).
"""

from typing import Any, Final

from bot.channels.api import PlatformApi
from bot.channels.contact_reading import needed, part, parts, word_list, words
from bot.channels.http import File, garbled, send_result
from bot.channels.media import MediaShelf
from bot.channels.paging import all_pages, at
from bot.channels.render import as_plain
from bot.core.errors import PlatformError, TransportError
from bot.core.events import MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import Attachment, Drawing, Media, Message, Outgoing, Post, Text
from bot.core.moments import Made, Making, NotMade, Reactions
from bot.core.ports import Outcome, SendResult
from bot.platforms.limits import MOMENT_PAGE, MOMENT_PICTURES, MOMENT_TEXT_BYTES

_FOR_MOMENTS: Final = "1"
"""The attachment_type of what is uploaded for Moments; 2 is for product albums (95098)."""

_DONE: Final = 3
"""The status of a job that is over; 1 and 2 are under way (95094)."""

_PUBLISHED: Final = 1
"""The publish_status of an employee who has confirmed; 0 has not (93333)."""


class CompanyMoments:
    """Moments of one company's employees, in the name of an app that may call customer contact."""

    def __init__(self, key: ChannelKey, api: PlatformApi, shelf: MediaShelf) -> None:
        self._owner = f"{key}/moments"
        self._api = api
        self._shelf = shelf

    async def send(self, outgoing: Outgoing) -> SendResult:
        """One attempt; HANDED with the job as reference. Its silence is UNKNOWN."""
        text, pictures = _parts(outgoing.message)
        if reason := _why_unsendable(text, pictures):
            return SendResult(Outcome.DEAD, reason)
        try:
            media_ids = [
                await self._shelf.media_id(picture, self._upload, self._owner)
                for picture in pictures
            ]
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=True)
        body: dict[str, Any] = {
            "visible_range": {"sender_list": {"user_list": outgoing.target.address.split("|")}}
        }
        if text:
            body["text"] = {"content": text}
        if media_ids:
            body["attachments"] = [
                {"msgtype": "image", "image": {"media_id": media_id}} for media_id in media_ids
            ]
        try:
            answer = await self._post("add_moment_task", body)
            return SendResult(Outcome.HANDED, reference=needed(answer, "jobid"))
        except (PlatformError, TransportError) as error:
            return send_result(error, repeat_is_safe=False)

    async def read_job(self, job: str) -> Making | Made | NotMade:
        """See ``Moments``. The result has an errcode of its own."""
        answer = await self._api.get(
            "externalcontact/get_moment_task_result", params={"jobid": job}
        )
        if answer.get("status") != _DONE:
            return Making()
        result = part(answer, "result")
        if errcode := result.get("errcode"):
            return NotMade(f"The platform did not make the moment ({errcode}).")
        strangers = word_list(part(result, "invalid_sender_list"), "user_list")
        return Made(needed(result, "moment_id"), tuple(map(UserId, strangers)))

    async def read_publishers(self, moment_id: str) -> dict[UserId, bool]:
        """See ``Moments``."""
        pages = await all_pages(
            lambda cursor: self._post(
                "get_moment_task", {"moment_id": moment_id, "limit": MOMENT_PAGE, **at(cursor)}
            )
        )
        return {
            UserId(needed(row, "userid")): row.get("publish_status") == _PUBLISHED
            for page in pages
            for row in parts(page, "task_list")
        }

    async def read_reactions(self, moment_id: str, employee: UserId) -> Reactions:
        """See ``Moments``. Colleagues' own likes and comments do not count."""
        answer = await self._post(
            "get_moment_comments", {"moment_id": moment_id, "userid": employee}
        )
        likes, comments = parts(answer, "like_list"), parts(answer, "comment_list")
        return Reactions(_by_customers(likes), _by_customers(comments))

    async def cancel_moment(self, moment_id: str) -> None:
        """See ``Moments``. What is published stays (97612)."""
        await self._post("cancel_moment_task", {"moment_id": moment_id})

    async def _upload(self, kind: MediaKind, file: File) -> str:
        answer = await self._api.upload(
            "media/upload_attachment",
            file,
            params={"media_type": kind, "attachment_type": _FOR_MOMENTS},
        )
        media_id = answer.get("media_id")
        if not isinstance(media_id, str):
            raise garbled("media/upload_attachment")
        return media_id

    async def _post(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._api.post(f"externalcontact/{name}", json=body)


def _parts(message: Message) -> tuple[str, tuple[Attachment, ...]]:
    match message:
        case Text():
            return message.text, ()
        case Post():
            return message.text, message.media
        case Media() | Drawing():
            return "", (message,)
        case _:
            return as_plain(message, MOMENT_TEXT_BYTES), ()


def _why_unsendable(text: str, pictures: tuple[Attachment, ...]) -> str:
    """Why nobody can publish this, as a sentence; empty when he can."""
    if not text.strip() and not pictures:
        return "The moment is empty."
    if len(text.encode("utf-8", "replace")) > MOMENT_TEXT_BYTES:
        return f"A moment has at most {MOMENT_TEXT_BYTES} bytes of text."
    if len(pictures) > MOMENT_PICTURES:
        return f"A moment has at most {MOMENT_PICTURES} pictures."
    if any(picture.kind is not MediaKind.IMAGE for picture in pictures):
        return "Of files only pictures go with a moment here."
    return ""


def _by_customers(rows: list[dict[str, Any]]) -> int:
    return sum(bool(words(row, "external_userid")) for row in rows)
