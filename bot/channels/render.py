"""How a message looks where the platform cannot show it as it is.

Markdown degrades to plain text, a card to text with numbered options. When something must be cut,
it is the prose: the options of a card stay whole as long as they fit at all.
"""

import re
from typing import Any

from bot.channels.limits import CARD_BUTTONS, CARD_HOME_URL, CARD_KEY_BYTES, CARD_TASK_ID
from bot.core.messages import Card, CardUpdate, Markdown, Message, Text
from bot.core.text import cut_bytes

_MARKS = (
    (re.compile(r"!?\[([^\]\n]*)\]\(([^)\s]*)\)"), r"\1 \2"),
    (re.compile(r"<font\b[^>\n]*>|</font>"), ""),
    (re.compile(r"<@([^>\s]+)>"), r"@\1"),
    (re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>+[ \t]?)", re.MULTILINE), ""),
    (re.compile(r"\*\*([^*\n]+)\*\*|`([^`\n]+)`"), r"\1\2"),
)


def fit(text: str, limit_bytes: int) -> str:
    """``text`` within ``limit_bytes`` of UTF-8; half characters (lone surrogates) become "?"."""
    return cut_bytes(text.encode("utf-8", "replace").decode(), limit_bytes)


def as_plain(message: Message, limit_bytes: int) -> str:
    """Any message as text without marks, within ``limit_bytes``."""
    match message:
        case Text():
            return fit(message.text, limit_bytes)
        case Markdown():
            return fit(_without_marks(message.text), limit_bytes)
        case Card():
            return _numbered(message.title, message, limit_bytes)
        case CardUpdate():
            return as_plain(message.card, limit_bytes)


def as_markdown(message: Message, limit_bytes: int) -> str:
    """Any message as markdown, within ``limit_bytes``."""
    match message:
        case Text() | Markdown():
            return fit(message.text, limit_bytes)
        case Card():
            title = f"**{message.title}**" if message.title else ""
            return _numbered(title, message, limit_bytes)
        case CardUpdate():
            return as_markdown(message.card, limit_bytes)


def fits_card(card: Card) -> bool:
    """Whether the platform takes it as a card: 1 to 6 buttons with keys, a legal task id."""
    keys = [button.key.encode("utf-8", "replace") for button in card.buttons]
    return (
        1 <= len(keys) <= CARD_BUTTONS
        and all(0 < len(key) <= CARD_KEY_BYTES for key in keys)
        and CARD_TASK_ID.fullmatch(card.task_id) is not None
    )


def template_card(card: Card, task_id: str) -> dict[str, Any]:
    """The platform's card object: buttons if there are any (the first six), else a notice."""
    shown: dict[str, Any] = {"main_title": {"title": card.title}, "task_id": task_id}
    if card.text:
        shown["sub_title_text"] = card.text
    if not card.buttons:
        action = {"type": 1, "url": CARD_HOME_URL}
        return {"card_type": "text_notice", **shown, "card_action": action}
    buttons = [
        {"text": button.label, "style": 1, "key": button.key}
        for button in card.buttons[:CARD_BUTTONS]
    ]
    return {"card_type": "button_interaction", **shown, "button_list": buttons}


def _without_marks(markdown: str) -> str:
    for pattern, replacement in _MARKS:
        markdown = pattern.sub(replacement, markdown)
    return markdown


def _numbered(title: str, card: Card, limit_bytes: int) -> str:
    prose = "\n".join(part for part in (title, card.text) if part)
    options = "".join(f"\n{n}. {button.label}" for n, button in enumerate(card.buttons, start=1))
    room = limit_bytes - len(options.encode("utf-8", "replace"))
    if room < len("…".encode()):
        return fit(prose + options, limit_bytes)
    return fit(prose, room) + options.encode("utf-8", "replace").decode()
