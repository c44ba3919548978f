"""Reads decrypted answers in the open request, and refuses what the platform would refuse.

Source: 101031 (robots: stream, template_card, both, update_template_card; 20,480 bytes), 96469
(apps: text, cut at 2,048 bytes).
"""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from bot.channels.xml import parse_xml
from bot.core.errors import CallbackRejected
from bot.core.text import cut_bytes
from bot.simulator.cards import read_card
from bot.simulator.limits import APP_ANSWER_BYTES, ROBOT_CONTENT_BYTES
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Card, Draft, Kind
from bot.simulator.wire import AnswerRejected, read_answer_object


@dataclass(frozen=True, slots=True)
class Frame:
    """One state of a stream; each replaces the one before. ``card`` comes with it at most once."""

    stream_id: str
    content: str
    finish: bool
    card: Card | None


@dataclass(frozen=True, slots=True)
class CardChange:
    """What ``users`` see from now on in place of the tapped card; None means everyone."""

    users: tuple[str, ...] | None
    card: Card


def read_message_answer(plaintext: str, used_task_ids: Container[str]) -> Frame | Card:
    """A robot's answer to a message, or to a refresh of its stream. Raises AnswerRejected."""
    answer = read_answer_object(plaintext)
    kind = answer.get("msgtype")
    if kind == "template_card":
        return _new_card(answer, used_task_ids)
    if kind not in {"stream", "stream_with_template_card"}:
        raise AnswerRejected("回复消息只能是 stream、template_card 或 stream_with_template_card")
    stream = _object(answer, "stream")
    stream_id, content = stream.get("id"), stream.get("content", "")
    if not isinstance(stream_id, str) or not stream_id:
        raise AnswerRejected("stream.id 是空的")
    if not isinstance(content, str):
        raise AnswerRejected("stream.content 不是文字")
    if len(content.encode("utf-8", "surrogatepass")) > ROBOT_CONTENT_BYTES:
        raise AnswerRejected(f"stream.content 超过 {ROBOT_CONTENT_BYTES} 字节")
    finish = stream.get("finish", False)
    if not isinstance(finish, bool):
        raise AnswerRejected("stream.finish 不是 true 或 false")
    card = _new_card(answer, used_task_ids) if answer.get("template_card") else None
    if finish and not content.strip() and card is None:
        raise AnswerRejected("stream.content 是空的")
    return Frame(stream_id, content, finish, card)


def read_tap_answer(plaintext: str, task_id: str) -> CardChange:
    """A robot's answer to a tap on the card ``task_id``. Raises AnswerRejected."""
    answer = read_answer_object(plaintext)
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


def read_app_answer(plaintext: str, *, corp_id: str, user_id: str) -> Draft:
    """An app's answer to ``user_id``. Raises AnswerRejected."""
    try:
        answer = parse_xml(plaintext)
    except CallbackRejected:
        raise AnswerRejected("解密后的回包不是 XML") from None
    if answer.value("ToUserName") != user_id or answer.value("FromUserName") != corp_id:
        raise AnswerRejected("回包的收件人或发件人不对")
    if answer.value("MsgType") != "text":
        raise AnswerRejected("模拟平台只认得应用的文本回复")
    words = answer.value("Content")
    if not words.strip():
        raise AnswerRejected("回包的文字是空的")
    return Draft(Kind.TEXT, cut_bytes(words, APP_ANSWER_BYTES))


def _new_card(answer: dict[str, Any], used_task_ids: Container[str]) -> Card:
    card = _card(answer)
    if card.task_id in used_task_ids:
        raise AnswerRejected("template_card 的 task_id 已经用过")
    return card


def _card(answer: dict[str, Any]) -> Card:
    try:
        return read_card(answer.get("template_card"))
    except Refused as refusal:
        raise AnswerRejected(f"卡片不合规：{refusal.errmsg}") from None


def _object(answer: dict[str, Any], name: str) -> dict[str, Any]:
    value = answer.get(name)
    if not isinstance(value, dict):
        raise AnswerRejected(f"回包没有 {name}")
    return value
