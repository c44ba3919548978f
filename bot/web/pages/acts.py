"""What the page and we tell each other: an act in, an answer out.

    in   {"id", "text"} or {"id", "button", "task"}; ``id`` is 32 hexadecimal digits of the page's
         choice, and the same id again is the same act
    out  {"state", "answer"}: "waiting" with words that stand for the answer, or "done" with what
         a reader sees of it (title, text, buttons, task, picture), or with null when there is
         none; a picture is a PNG in base64, and tells what the text tells

An act is checked to its last field before it is an event; of an answer only what is shown leaves.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.core.events import Conversation, Event, EventKind, Place
from bot.core.ids import ChannelKey, EventKey, GroupKey, UserId
from bot.core.messages import Card, CardUpdate, Drawing, Message, Waiting, plain_text
from bot.drawing.draw import draw
from bot.platforms.limits import CARD_TASK_ID

MOST_CHARACTERS: Final = 2000
"""Longest text of an act."""

_ID: Final = re.compile(r"[0-9a-f]{32}")
_BUTTON: Final = re.compile(r"[0-9A-Za-z_:-]{1,64}")
_UNSAYABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""Control characters and halves of characters: nobody types them, and the database refuses some."""

BROKEN: Final = "页面发来的内容不对，请刷新后再试"
"""The answer to what our own script never sends."""


class BadAct(Exception):
    """What the page sent is no act; the message says why, in the visitor's language."""


@dataclass(frozen=True, slots=True)
class Act:
    """Words, or a tap on a button of the card ``task``."""

    id: str
    text: str = ""
    button: str = ""
    task: str = ""


def read_act(body: bytes) -> Act:
    """The act in the body of a request. Raises BadAct."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadAct(BROKEN) from None
    if not isinstance(data, dict) or not data.keys() <= {"id", "text", "button", "task"}:
        raise BadAct(BROKEN)
    if not all(isinstance(value, str) for value in data.values()):
        raise BadAct(BROKEN)
    act = Act(
        id=data.get("id", ""),
        text=_UNSAYABLE.sub("", data.get("text", "")).strip(),
        button=data.get("button", ""),
        task=data.get("task", ""),
    )
    if not _ID.fullmatch(act.id) or not (_is_tap(act) if act.button else _is_saying(act)):
        raise BadAct(BROKEN)
    if len(act.text) > MOST_CHARACTERS:
        raise BadAct(f"一次最多写 {MOST_CHARACTERS} 个字")
    return act


def event_of(
    act: Act, channel: ChannelKey, group: GroupKey, user_id: UserId, now: datetime
) -> Event:
    """The act as an event of ``user_id`` on the page of ``group``.

    Its key is a digest, because keys are logged and user ids are not. It holds the person, so that
    nobody gets another's answer by another's id.
    """
    digest = hashlib.sha256(f"{user_id}\0{group}\0{act.id}".encode()).hexdigest()
    return Event(
        key=EventKey(f"{channel}/{digest[:32]}"),
        channel=channel,
        kind=EventKind.TAPPED if act.button else EventKind.TEXT,
        conversation=Conversation(Place.PRIVATE, user_id),
        user_id=user_id,
        at=now,
        text=act.text,
        button=act.button,
        task_id=act.task,
        group=group,
    )


def shown(message: Message | None) -> dict[str, Any]:
    """How an act stands, for the page. A card that answers a tap has no more buttons to tap.

    Pictures are drawn here: call it in a thread.
    """
    match message:
        case Waiting():
            return {"state": "waiting", "answer": {"text": message.text}}
        case None:
            answer = None
        case Card():
            answer = {
                "title": message.title,
                "text": message.text,
                "task": message.task_id,
                "buttons": [{"label": item.label, "key": item.key} for item in message.buttons],
            }
        case Drawing():
            picture = base64.b64encode(draw(message.picture)).decode("ascii")
            answer = {"text": message.text, "picture": picture}
        case CardUpdate():
            answer = {"title": message.card.title, "text": message.card.text}
        case _:
            answer = {"text": plain_text(message)}
    return {"state": "done", "answer": answer}


def _is_tap(act: Act) -> bool:
    return (
        not act.text
        and _BUTTON.fullmatch(act.button) is not None
        and CARD_TASK_ID.fullmatch(act.task) is not None
    )


def _is_saying(act: Act) -> bool:
    return bool(act.text) and not act.task
