"""Reads what robots answer, in either mode, and refuses what the platform would refuse.

Source: 101031 (stream, template_card, both, update_template_card; 20,480 bytes).
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.cards import read_card
from bot.simulator.content import read_picture
from bot.simulator.limits import (
    FEEDBACK_ID_BYTES,
    ROBOT_CONTENT_BYTES,
    STREAM_PICTURE_BYTES,
    STREAM_PICTURES,
)
from bot.simulator.media import check_media
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Card
from bot.simulator.wire import AnswerRejected

_STREAMS: Final = frozenset({"stream", "stream_with_template_card"})


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card; ``feedback`` is the robot's id for it, where people may rate it."""

    card: Card
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """One state of a stream; each replaces the one before. ``card`` comes with it at most once.

    ``pictures`` come with the last one; ``feedback`` counts in the first one.
    """

    stream_id: str
    content: str = ""
    finish: bool = False
    card: NewCard | None = None
    pictures: tuple[bytes, ...] = ()
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class CardChange:
    """What ``users`` see from now on in place of the tapped card; None means everyone."""

    users: tuple[str, ...] | None
    card: Card


def read_reply(answer: dict[str, Any], used_task_ids: Container[str]) -> Frame | NewCard:
    """A robot's answer to a message, or to a refresh of its stream. Raises AnswerRejected."""
    kind = answer.get("msgtype")
    if kind == "template_card":
        return _new_card(answer, used_task_ids)
    if not isinstance(kind, str) or kind not in _STREAMS:
        raise AnswerRejected(
            "回复消息只能是 stream、template_card 或 stream_with_template_card", 40008
        )
    return _frame(answer, used_task_ids)


def read_welcome(answer: dict[str, Any], used_task_ids: Container[str]) -> str | NewCard:
    """A robot's answer to somebody who opened its chat: words or a card. Raises AnswerRejected."""
    kind = answer.get("msgtype")
    if kind == "template_card":
        return _new_card(answer, used_task_ids)
    if kind != "text":
        raise AnswerRejected("欢迎语只能是 text 或 template_card", 40008)
    words = _object(answer, "text").get("content")
    if not isinstance(words, str) or not words.strip():
        raise AnswerRejected("欢迎语是空的", 44004)
    return words


def read_card_change(answer: dict[str, Any], task_id: str) -> CardChange:
    """A robot's answer to a tap on the card ``task_id``. Raises AnswerRejected."""
    if answer.get("response_type") != "update_template_card":
        raise AnswerRejected("点击卡片只能用 update_template_card 回复")
    users = answer.get("userids")
    if users is not None and not (
        isinstance(users, list) and all(isinstance(user, str) for user in users)
    ):
        raise AnswerRejected("userids 不是用户列表")
    card = _card(answer)
    if card.task_id != task_id:
        raise AnswerRejected("update_template_card 的 task_id 与被点击的卡片不同")
    return CardChange(tuple(users) if users else None, card)


def _frame(answer: dict[str, Any], used_task_ids: Container[str]) -> Frame:
    stream = _object(answer, "stream")
    stream_id, content = stream.get("id"), stream.get("content", "")
    if not isinstance(stream_id, str) or not stream_id:
        raise AnswerRejected("stream.id 是空的", 40063)
    if not isinstance(content, str):
        raise AnswerRejected("stream.content 不是文字")
    if len(content.encode("utf-8", "surrogatepass")) > ROBOT_CONTENT_BYTES:
        raise AnswerRejected(f"stream.content 超过 {ROBOT_CONTENT_BYTES} 字节", 45002)
    finish = stream.get("finish", False)
    if not isinstance(finish, bool):
        raise AnswerRejected("stream.finish 不是 true 或 false")
    pictures = _pictures(stream)
    if pictures and not finish:
        raise AnswerRejected("stream.msg_item 只能放在最后一帧（finish=true）")
    card = _new_card(answer, used_task_ids) if answer.get("template_card") else None
    if finish and not content.strip() and not pictures and card is None:
        raise AnswerRejected("stream.content 是空的", 44004)
    return Frame(stream_id, content, finish, card, pictures, _feedback(stream))


def _pictures(stream: dict[str, Any]) -> tuple[bytes, ...]:
    items = stream.get("msg_item", [])
    if not isinstance(items, list) or len(items) > STREAM_PICTURES:
        raise AnswerRejected(f"stream.msg_item 最多 {STREAM_PICTURES} 张图片")
    return tuple(_picture(item) for item in items)


def _picture(item: object) -> bytes:
    image = item.get("image") if isinstance(item, dict) else None
    if not isinstance(item, dict) or item.get("msgtype") != "image" or not isinstance(image, dict):
        raise AnswerRejected("stream.msg_item 里只能是图片")
    try:
        raw = read_picture(image, STREAM_PICTURE_BYTES)
        check_media(MediaKind.IMAGE, raw, STREAM_PICTURE_BYTES)
    except Refused as refusal:
        raise AnswerRejected(f"图片不合规：{refusal.errmsg}", refusal.errcode) from None
    return raw


def _feedback(data: dict[str, Any]) -> str:
    """The id under which ratings come back, empty when there is none."""
    feedback = data.get("feedback")
    if feedback is None:
        return ""
    feedback_id = feedback.get("id") if isinstance(feedback, dict) else None
    if not isinstance(feedback_id, str) or not feedback_id:
        raise AnswerRejected("feedback.id 是空的")
    if len(feedback_id.encode("utf-8", "surrogatepass")) > FEEDBACK_ID_BYTES:
        raise AnswerRejected(f"feedback.id 超过 {FEEDBACK_ID_BYTES} 字节")
    return feedback_id


def _new_card(answer: dict[str, Any], used_task_ids: Container[str]) -> NewCard:
    card = _card(answer)
    if card.task_id and card.task_id in used_task_ids:
        raise AnswerRejected("template_card 的 task_id 已经用过")
    return NewCard(card, _feedback(answer["template_card"]))


def _card(answer: dict[str, Any]) -> Card:
    try:
        return read_card(answer.get("template_card"))
    except Refused as refusal:
        raise AnswerRejected(f"卡片不合规：{refusal.errmsg}", refusal.errcode) from None


def _object(answer: dict[str, Any], name: str) -> dict[str, Any]:
    value = answer.get(name)
    if not isinstance(value, dict):
        raise AnswerRejected(f"回包没有 {name}", 40063)
    return value
