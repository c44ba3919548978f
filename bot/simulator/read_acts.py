"""What a person does, read from the JSON of scripts and of the page: messages, taps, ratings."""

import base64
import binascii
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.acts import Rating, Tap, Verdict
from bot.simulator.inputs import BadInput, read_optional, read_text
from bot.simulator.limits import FEEDBACK_REASONS, FILE_BYTES
from bot.simulator.media import Shelf
from bot.simulator.shapes import Attachment, Card, Draft, Kind, Message, Question
from bot.simulator.world import World

MEDIA_BODY_BYTES: Final = 48 * 1024 * 1024
"""How long a request with media may be; ours."""

_WORDS: Final = 1000


def read_draft(world: World, room: str, body: dict[str, Any], shelf: Shelf) -> Draft:
    """A message: ``text``, ``media``, both (words with pictures), and perhaps ``quote``.

    Media lie on ``shelf`` afterwards. Raises BadInput.
    """
    entries = body.get("media", [])
    if not isinstance(entries, list):
        raise BadInput("media 要写一个列表")
    text = "" if entries and not body.get("text") else read_text(body, "text")
    quote = _read_quote(world, room, body)
    if not entries:
        return Draft(Kind.TEXT, text, quote=quote)
    kinds = [_read_kind(entry) for entry in entries]
    if text and all(kind is MediaKind.IMAGE for kind in kinds):
        kind = Kind.MIXED
    elif not text and len(entries) == 1:
        kind = Kind(kinds[0].value)
    else:
        raise BadInput("一条消息可以是文字、文字加图片，或者单独一个图片、语音、视频、文件")
    media = tuple(_keep(shelf, kind, entry) for kind, entry in zip(kinds, entries, strict=True))
    return Draft(kind, text, quote=quote, media=media)


def read_message(world: World, room: str, body: dict[str, Any]) -> Message:
    """The message of the chat that ``message_id`` names. Raises BadInput."""
    number = body.get("message_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise BadInput("message_id 要写消息的编号")
    message = world.message(room, number)
    if message is None:
        raise BadInput(f"没有编号为 {number} 的消息", status=404)
    return message


def read_tap(message: Message, user_id: str, body: dict[str, Any]) -> Tap:
    """A tap: ``button`` by key or label (the first one without it), ``chosen`` ids by question.

    A question without a choice gets its first option. Raises BadInput.
    """
    card = message.card_for(user_id)
    if card is None:
        raise BadInput("这条消息不是卡片")
    if not card.buttons and not card.menu:
        raise BadInput("这张卡片上没有可以点的按钮")
    wanted = read_optional(body, "button", limit=2000)
    names = (*card.buttons, *card.menu)
    key = next((name.key for name in names if wanted in {"", name.key, name.label}), None)
    if key is None:
        raise BadInput("这张卡片上没有这个按钮")
    return Tap(key, _read_chosen(card, body))


def read_rating(message: Message, body: dict[str, Any]) -> Rating:
    """A rating of an answer: ``verdict`` (good, bad, withdrawn), ``text``, ``reasons`` 1 to 4."""
    if not message.draft.feedback:
        raise BadInput("这条消息没有请人评价")
    verdict = read_text(body, "verdict")
    if verdict not in {known.value for known in Verdict}:
        raise BadInput("verdict 只能是 good、bad 或 withdrawn")
    reasons = body.get("reasons", [])
    if not isinstance(reasons, list) or not all(
        isinstance(reason, int) and reason in FEEDBACK_REASONS for reason in reasons
    ):
        raise BadInput("reasons 要写 1 到 4 的编号")
    words = read_optional(body, "text", limit=_WORDS)
    return Rating(message.draft.feedback, Verdict(verdict), words, tuple(reasons))


def _read_quote(world: World, room: str, body: dict[str, Any]) -> int:
    if body.get("quote") is None:
        return 0
    return read_message(world, room, {"message_id": body["quote"]}).id


def _read_kind(entry: object) -> MediaKind:
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in {known.value for known in MediaKind}:
        raise BadInput("media 的 kind 只能是 image、voice、video 或 file")
    return MediaKind(kind)


def _keep(shelf: Shelf, kind: MediaKind, entry: dict[str, Any]) -> Attachment:
    try:
        content = base64.b64decode(str(entry.get("data", "")), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("media 的 data 要写 Base64") from None
    if not 0 < len(content) <= FILE_BYTES:
        raise BadInput(f"media 的 data 不能是空的，最多 {FILE_BYTES} 字节")
    words = read_optional(entry, "words", limit=_WORDS)
    return shelf.keep(kind, content, name=read_optional(entry, "name"), words=words)


def _read_chosen(card: Card, body: dict[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    chosen = body.get("chosen", {})
    if not isinstance(chosen, dict):
        raise BadInput("chosen 要写成 {问题: [选项]}")
    unknown = set(chosen) - {question.key for question in card.questions}
    if unknown:
        raise BadInput(f"卡片上没有这个问题：{'、'.join(sorted(unknown))}")
    return tuple((question.key, _read_choice(question, chosen)) for question in card.questions)


def _read_choice(question: Question, chosen: dict[str, Any]) -> tuple[str, ...]:
    known = [id_ for id_, _ in question.options]
    ids = chosen.get(question.key, known[:1])
    if not isinstance(ids, list) or not ids or any(id_ not in known for id_ in ids):
        raise BadInput(f"「{question.key}」的选项只能是：{'、'.join(known)}")
    if len(ids) > 1 and not question.many:
        raise BadInput(f"「{question.key}」只能选一个")
    return tuple(ids)
