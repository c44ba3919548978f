"""From an item of the library to words that stand outside of the group.

Nobody outside can type a command, see what others answered or earn anything, so sentences that
speak of the group are left out, and an item of which too little is left does not appear. Nothing is
added but the mark of an advertisement: whoever reads the item knows the draft.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.persona.screening import first_stop
from bot.schedules.node_days import node_days_between
from bot.settings.live_slots import NODE_SLOT, fill_live, slots_in
from bot.settings.policy import policy_of
from bot.settings.schema.base import Kind
from bot.settings.schema.front_matter import Appeal, ContentFront
from bot.settings.settings import ContentItem, Settings
from bot.wording.folding import fold
from bot.wording.marks import AD, is_marked_ad, mark_ad
from bot.wording.repeating import spelled
from bot.wording.rule import Origin

_SENTENCE: Final = re.compile(r"[^。！？!?…\n]+[。！？!?…]*[”’」』）)】]*|\n")
_CALLS: Final = ("@", "＠")
"""Whoever is called by these is not there to answer."""

_ASKS: Final = ("？", "?")


@dataclass(frozen=True, slots=True)
class Fitted:
    """An item with its words for outside; ``sells`` tells that it counts as direct selling."""

    item: ContentItem
    text: str
    sells: bool


@dataclass(frozen=True, slots=True)
class Unfit:
    """An item that does not appear, and why."""

    item: ContentItem
    why: str


@dataclass(frozen=True, slots=True)
class Length:
    """How many characters a text may have, and of how many it must be left."""

    least: int
    most: int


def fit_all(
    items: Iterable[ContentItem],
    settings: Settings,
    *,
    on: date,
    length: Length,
) -> tuple[tuple[Fitted, ...], tuple[Unfit, ...]]:
    """What of ``items`` can appear on a day, and what cannot."""
    facts = _facts(settings, on)
    nodes = {node.key: node.name for node in node_days_between(on, on, settings.calendar)}
    found = [
        fit(
            item,
            settings,
            facts={**facts, **_node_fact(item, nodes)},
            length=length,
        )
        for item in items
    ]
    return (
        tuple(one for one in found if isinstance(one, Fitted)),
        tuple(one for one in found if isinstance(one, Unfit)),
    )


def fit(
    item: ContentItem,
    settings: Settings,
    *,
    facts: Mapping[str, str],
    length: Length,
) -> Fitted | Unfit:
    """The words of ``item`` outside of the group, with ``facts`` in its slots."""
    if any(name not in facts for _, name in slots_in(item.text)):
        return Unfit(item, "it has a slot that only a post in a group can fill")
    whole = fill_live(item.text.strip(), facts)
    sentences = _SENTENCE.findall(whole)
    group_words = settings.outlets.group_words
    kept = [sentence for sentence in sentences if not _speaks_of_group(sentence, group_words)]
    if not kept or kept[0] != sentences[0]:
        return Unfit(item, "it begins with the group")
    text = _shortened(kept, length.most)
    if len(text) < length.least or 2 * len("".join(kept)) < len(whole):
        return Unfit(item, "too little is left without the group")
    text = _marked(text, item.front, settings)
    stop = first_stop(text, settings, origin=Origin.POST)
    if stop is not None:
        return Unfit(item, f"it says {spelled(stop.what)}: {stop.why}")
    return Fitted(item, text, sells(item.front))


def sells(front: ContentFront) -> bool:
    """Whether an item counts as direct selling: a product, a promotion or a discount."""
    return front.kind is Kind.PRODUCT or front.promotion or front.appeal is Appeal.DISCOUNT


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each with its own stop, without line ends."""
    return [part.strip() for part in _SENTENCE.findall(text) if part.strip()]


def with_closing(text: str) -> tuple[str, str]:
    """A text without its last line, and that line, if it asks something; else the line is empty."""
    body, _, last = text.strip().rpartition("\n")
    return (body, last) if body and any(sign in last for sign in _ASKS) else (text.strip(), "")


def _facts(settings: Settings, on: date) -> dict[str, str]:
    return {
        "brand": settings.bot.brand.name,
        "persona": settings.persona.name,
        "date": f"{on.month}月{on.day}日",
        "weekday": f"周{'一二三四五六日'[on.weekday()]}",
    }


def _node_fact(item: ContentItem, nodes: Mapping[str, str]) -> dict[str, str]:
    return {NODE_SLOT: nodes[item.front.node]} if item.front.node in nodes else {}


def _speaks_of_group(sentence: str, group_words: Sequence[str]) -> bool:
    return any(word in sentence for word in (*_CALLS, *group_words))


def _shortened(sentences: Sequence[str], most: int) -> str:
    """As many sentences as ``most`` characters hold, and the closing question in any case."""
    whole = _joined(sentences)
    if len(whole) <= most:
        return whole
    body, closing = with_closing(whole)
    room = most - len(closing) - (1 if closing else 0)
    taken: list[str] = []
    for sentence in _SENTENCE.findall(body):
        if len(_joined([*taken, sentence])) > room:
            break
        taken.append(sentence)
    return _joined([*taken, "\n", closing])


def _joined(sentences: Sequence[str]) -> str:
    """Sentences as lines again; lines of which nothing is left are no lines."""
    lines = "".join(sentences).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def _marked(text: str, front: ContentFront, settings: Settings) -> str:
    """广告 in front of what sells openly: a promotion, a discount, or a link to a shop."""
    text = mark_ad(text, policy_of(settings))
    openly = front.promotion or front.appeal is Appeal.DISCOUNT
    return f"{AD}{text}" if openly and not is_marked_ad(fold(text)) else text
