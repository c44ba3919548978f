"""How a message looks where the platform cannot show it as it is.

Markdown degrades to plain text, a card and a menu to text with numbered options, a page to its
address. When something must be cut, it is the prose: options and addresses stay whole as long as
they fit at all. What only changes notes or takes a message back looks like nothing.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.core.messages import (
    Card,
    CardUpdate,
    Drawing,
    HandOver,
    Letter,
    Link,
    Markdown,
    Media,
    Menu,
    MenuItem,
    Message,
    Notice,
    Post,
    Recall,
    TagChange,
    Text,
    Waiting,
)
from bot.core.text import cut_bytes
from bot.platforms.limits import CARD_BUTTONS, CARD_HOME_URL, CARD_KEY_BYTES, CARD_TASK_ID

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
    return _joined(_plain(message), limit_bytes, fit, _byte_count)


def as_short_plain(message: Message, limit_characters: int) -> str:
    """Any message as text without marks, within ``limit_characters`` (of Unicode)."""
    return _joined(_plain(message), limit_characters, _fit_characters, len)


def as_markdown(message: Message, limit_bytes: int) -> str:
    """Any message as markdown, within ``limit_bytes``."""
    return _joined(_marked(message), limit_bytes, fit, _byte_count)


def why_unsaid(message: Message) -> str:
    """Why a channel that only says things cannot do this, as a sentence; empty when it can."""
    match message:
        case CardUpdate():
            return "A card can be changed only in the answer to a tap on it."
        case HandOver():
            return "This channel cannot hand a chat over to a person."
        case TagChange():
            return "This channel keeps no tags."
        case Recall():
            return "This channel cannot take a message back."
        case _:
            return ""


def what_is_lost(message: Message) -> str:
    """What a channel that shows words and media apart leaves out of it, as a sentence."""
    if isinstance(message, Post) and message.media:
        return f"Sent without its {len(message.media)} media: this channel shows them apart."
    return ""


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


@dataclass(frozen=True, slots=True)
class _Shape:
    """``prose`` may be cut; ``rest``, on lines of its own below, stays whole."""

    prose: str
    rest: str = ""


def _plain(message: Message) -> _Shape:
    match message:
        case Text() | Post() | Waiting() | HandOver() | Drawing():
            return _Shape(message.text)
        case Markdown():
            return _Shape(_without_marks(message.text))
        case Card():
            return _Shape(_lines(message.title, message.text), _options(message))
        case CardUpdate():
            return _plain(message.card)
        case Media():
            return _Shape(message.name)
        case Link():
            return _Shape(_lines(message.title, message.text), message.url)
        case Notice():
            return _Shape(message.text, _web_address(message))
        case Letter():
            return _Shape(_lines(message.subject, message.text))
        case Menu():
            return _Shape(message.text, "\n".join(_entries(message.items, _named)))
        case TagChange() | Recall():
            return _Shape("")


def _marked(message: Message) -> _Shape:
    match message:
        case Text() | Markdown() | Post() | Waiting() | HandOver() | Drawing():
            return _Shape(message.text)
        case Card():
            return _Shape(_lines(_bold(message.title), message.text), _options(message))
        case CardUpdate():
            return _marked(message.card)
        case Media():
            return _Shape(message.name)
        case Link():
            return _Shape(message.text, _linked(message.title, message.url))
        case Notice():
            address = _web_address(message)
            return _Shape(message.text, _linked(address, address))
        case Letter():
            return _Shape(_lines(_bold(message.subject), message.text))
        case Menu():
            return _Shape(message.text, "\n".join(_entries(message.items, _linked)))
        case TagChange() | Recall():
            return _Shape("")


def _joined(
    shape: _Shape, limit: int, cut: Callable[[str, int], str], size: Callable[[str], int]
) -> str:
    """The shape within ``limit``, as ``size`` counts it and ``cut`` cuts it."""
    rest = fit(shape.rest, _byte_count(shape.rest))
    room = limit - size(f"\n{rest}") if rest else limit
    if room < size("…"):
        return cut(_lines(shape.prose, rest), limit)
    return _lines(cut(shape.prose, room), rest)


def _byte_count(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _fit_characters(text: str, limit: int) -> str:
    whole = fit(text, _byte_count(text))
    return whole if len(whole) <= limit else f"{whole[: limit - 1]}…"


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _bold(text: str) -> str:
    return f"**{text}**" if text else ""


def _options(card: Card) -> str:
    return "\n".join(f"{n}. {button.label}" for n, button in enumerate(card.buttons, start=1))


def _entries(
    items: tuple[MenuItem, ...], show: Callable[[str, str], str], above: str = ""
) -> Iterator[str]:
    """A line for each entry: 1. and what it leads to, and 1.1 for those below it."""
    for n, item in enumerate(items, start=1):
        number = f"{above}{n}"
        yield f"{number}{'' if above else '.'} {show(item.label, item.url)}"
        yield from _entries(item.items, show, f"{number}.")


def _named(label: str, url: str) -> str:
    return f"{label} {url}" if url else label


def _linked(label: str, url: str) -> str:
    """A link in markdown; what would end its label or its address early is written otherwise."""
    if not url:
        return label
    address = url.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
    return f"[{label.replace('[', '［').replace(']', '］')}]({address})"


def _web_address(notice: Notice) -> str:
    """Where a tap leads, unless it is a page of a mini program, which only WeChat can open."""
    return notice.url if notice.url.startswith(("https://", "http://")) else ""


def _without_marks(markdown: str) -> str:
    for pattern, replacement in _MARKS:
        markdown = pattern.sub(replacement, markdown)
    return markdown
