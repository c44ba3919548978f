"""Reads an app's answer in the open request (90241), and refuses what the platform would refuse.

Words are cut at 2,048 bytes; media go by their id; a tap may also change the tapped card.
"""

import re
from typing import Any, Final

from bot.channels.xml import Element, parse_xml
from bot.core.errors import CallbackRejected
from bot.core.text import cut_bytes
from bot.simulator.cards import is_interactive, read_card, with_worn_button
from bot.simulator.content import TO_PERSON, read_content
from bot.simulator.limits import APP_ANSWER_BYTES
from bot.simulator.media import Shelf
from bot.simulator.refusal import Refused
from bot.simulator.shapes import Card, Draft, Kind
from bot.simulator.wire import AnswerRejected

_NUMBERS: Final = frozenset({"Type", "Mode", "Style", "DescColor"})
_NAMES: Final = {"KeyName": "keyname", "CheckBox": "checkbox", "AppId": "appid"}
_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")


def read_app_answer(
    plaintext: str, *, corp_id: str, user_id: str, shelf: Shelf, tapped: Card | None
) -> Draft | Card:
    """A message for ``user_id``, or what he sees in place of ``tapped``. Raises AnswerRejected."""
    try:
        answer = parse_xml(plaintext)
    except CallbackRejected:
        raise AnswerRejected("解密后的回包不是 XML") from None
    if answer.value("ToUserName") != user_id or answer.value("FromUserName") != corp_id:
        raise AnswerRejected("回包的收件人或发件人不对")
    try:
        return _read(answer, shelf, tapped)
    except Refused as refusal:
        raise AnswerRejected(f"回包不合规：{refusal.errmsg}", refusal.errcode) from None


def _read(answer: Element, shelf: Shelf, tapped: Card | None) -> Draft | Card:
    match answer.value("MsgType"):
        case "text":
            words = answer.value("Content")
            if not words.strip():
                raise AnswerRejected("回包的文字是空的")
            return Draft(Kind.TEXT, cut_bytes(words, APP_ANSWER_BYTES))
        case "image" | "voice" | "video" as kind:
            medium = answer.child(kind.capitalize()) or Element("")
            content = {
                "media_id": medium.value("MediaId"),
                "title": medium.value("Title"),
                "description": medium.value("Description"),
            }
            return read_content({"msgtype": kind, kind: content}, TO_PERSON, shelf)
        case "news":
            articles = [_object(item) for item in _items(answer)]
            if answer.value("ArticleCount") != str(len(articles)):
                raise AnswerRejected("ArticleCount 与图文条数不同")
            return read_content(
                {"msgtype": "news", "news": {"articles": articles}}, TO_PERSON, shelf
            )
        case "update_button" if tapped is not None and is_interactive(tapped):
            label = (answer.child("Button") or Element("")).value("ReplaceName")
            if not label.strip():
                raise AnswerRejected("Button.ReplaceName 是空的")
            return with_worn_button(tapped, label)
        case "update_template_card" if tapped is not None:
            return read_card(_object(answer.child("TemplateCard") or Element("")), replaces=tapped)
        case _:
            raise AnswerRejected(
                "应用的回复只能是 text、image、voice、video、news，"
                "点击卡片后还可以是 update_button 或 update_template_card"
            )


def _items(answer: Element) -> list[Element]:
    articles = answer.child("Articles")
    return [] if articles is None else articles.children


def _object(element: Element) -> dict[str, Any]:
    """Elements as the JSON of the API has them: snake case, and lists where the name says so."""
    data: dict[str, Any] = {}
    for child in element.children:
        name = _NAMES.get(child.name) or _CAPITAL.sub("_", child.name).lower()
        if child.name.endswith("List"):
            data.setdefault(name, []).append(_object(child))
        elif child.children:
            data[name] = _object(child)
        elif child.name in _NUMBERS and child.text.isascii() and child.text.isdigit():
            data[name] = int(child.text)
        else:
            data[name] = child.text
    return data
