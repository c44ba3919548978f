"""The plaintext of a robot's callbacks, field by field: the same in both of its modes.

Source: 100719 (messages), 101027 (events), 101463 (over a connection: with the hour, without an
address for later answers, and with a key for each file).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from bot.core.events import MediaKind
from bot.simulator.acts import Rating, Scene, Tap, Verdict
from bot.simulator.shapes import Attachment, Card, Draft, Kind

Lend = Callable[[Attachment], dict[str, str]]
"""The fields under which a robot finds a file: ``url``, and ``aeskey`` where each has its own."""

_VERDICTS: Final = {Verdict.GOOD: 1, Verdict.BAD: 2, Verdict.WITHDRAWN: 3}
_SINGLE: Final = {
    Kind.IMAGE: MediaKind.IMAGE,
    Kind.VIDEO: MediaKind.VIDEO,
    Kind.FILE: MediaKind.FILE,
}


def callback(
    scene: Scene,
    body: dict[str, Any],
    *,
    msgid: str,
    at: datetime | None = None,
    response_url: str = "",
) -> dict[str, Any]:
    """A whole callback around ``body``. ``at`` is told where it is given."""
    common: dict[str, Any] = {"msgid": msgid, "aibotid": scene.robot.bot_id}
    if scene.chat_id:
        common["chatid"] = scene.chat_id
    common["chattype"] = "group" if scene.chat_id else "single"
    common["from"] = {"userid": scene.user_id}
    if at is not None:
        common["create_time"] = int(at.timestamp())
    if response_url:
        common["response_url"] = response_url
    return {**common, **body}


def message(draft: Draft, quoted: Draft | None, lend: Lend) -> dict[str, Any]:
    """Something that was said or sent; the mention of the robot is still in the text."""
    body = _content(draft, lend)
    return body if quoted is None else {**body, "quote": _content(quoted, lend)}


def refresh(stream_id: str) -> dict[str, Any]:
    """The client asks for the next state of a stream."""
    return {"msgtype": "stream", "stream": {"id": stream_id}}


def tap(card: Card, tapped: Tap) -> dict[str, Any]:
    """Somebody tapped a button of one of the robot's cards."""
    told: dict[str, Any] = {
        "card_type": card.card_type,
        "event_key": tapped.button,
        "task_id": card.task_id,
    }
    if card.questions:
        items = [
            {"question_key": key, "option_ids": {"option_id": list(ids)}}
            for key, ids in tapped.chosen
        ]
        told["selected_items"] = {"selected_item": items}
    return event("template_card_event", told)


def feedback(rating: Rating) -> dict[str, Any]:
    """Somebody rated an answer."""
    told: dict[str, Any] = {"id": rating.feedback, "type": _VERDICTS[rating.verdict]}
    if rating.words:
        told["content"] = rating.words
    if rating.reasons:
        told["inaccurate_reason_list"] = list(rating.reasons)
    return event("feedback_event", told)


def event(name: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
    """Something that happened, with what is told of it, if anything."""
    return {"msgtype": "event", "event": {"eventtype": name, **({name: told} if told else {})}}


def _content(draft: Draft, lend: Lend) -> dict[str, Any]:
    """A message, or one that is quoted: what is none of a person's kinds is its words."""
    if draft.kind in _SINGLE and draft.media:
        name = _SINGLE[draft.kind]
        return {"msgtype": name, name: lend(draft.media[0])}
    if draft.kind is Kind.VOICE and draft.media:
        return {"msgtype": "voice", "voice": {"content": draft.media[0].words}}
    if draft.kind is Kind.MIXED:
        items = [
            {"msgtype": "text", "text": {"content": draft.text}},
            *({"msgtype": "image", "image": lend(item)} for item in draft.media),
        ]
        return {"msgtype": "mixed", "mixed": {"msg_item": items}}
    title = "" if draft.card is None else draft.card.title
    words = "\n".join(part for part in (title, draft.shown) if part)
    return {"msgtype": "text", "text": {"content": words}}
