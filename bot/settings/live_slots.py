"""Slots in the text of a post that are filled when it is posted, because only then they are known.

A text holds {group} or {weekday}; braces that members shall see are written doubled. Filling never
fails: what ``slot_mistakes`` would have found stays as it stands.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.settings.nearest import meant

LIVE_SLOTS: Final[Mapping[str, str]] = {
    "brand": "the brand's name",
    "persona": "the name of whoever speaks in the group",
    "date": "the day, as 12月8日",
    "weekday": "the day of the week, as 周二",
    "group": "the group's name",
    "members": "how many are in the group",
    "node": "the node day that the post was made for",
}
"""What the text of any post may take, with what stands there when it is posted."""

NODE_SLOT: Final = "node"
"""Only posts made for a node day have one."""

_BRACES: Final = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class SlotMistake:
    """Braces that hold no slot; ``offset`` is where in the text they begin."""

    offset: int
    what: str
    instead: str


def fill_live(text: str, facts: Mapping[str, str]) -> str:
    """``text`` with the ``facts`` in its slots, and single braces for doubled ones."""

    def fact(braces: re.Match[str]) -> str:
        if braces[0] in ("{{", "}}"):
            return braces[0][0]
        return facts.get(braces[1] or "", braces[0])

    return _BRACES.sub(fact, text)


def verbatim(text: str) -> str:
    """``text`` so that ``fill_live`` gives it back: for words that somebody else has written."""
    return text.replace("{", "{{").replace("}", "}}")


def slots_in(text: str) -> Iterator[tuple[int, str]]:
    """Place and name of every slot in ``text``, whether it is known or not."""
    for braces in _BRACES.finditer(text):
        if braces[1] is not None:
            yield braces.start(), braces[1]


def slot_mistakes(text: str, known: Mapping[str, str]) -> Iterator[SlotMistake]:
    """What is wrong with the braces of ``text``, of which the ``known`` names are slots."""
    for braces in _BRACES.finditer(text):
        name = braces[1]
        if braces[0] in ("{{", "}}") or name in known:
            continue
        if name is None:
            instead = "write {NAME}, or {{ and }} for braces that members see"
            yield SlotMistake(braces.start(), "a brace that belongs to no slot", instead)
        else:
            yield SlotMistake(braces.start(), f"unknown slot {{{name}}}", _instead(name, known))


def _instead(name: str, known: Mapping[str, str]) -> str:
    if close := meant(name.strip(), known):
        return f"write {{{close}}}"
    return f"write one of {', '.join(f'{{{slot}}}' for slot in known)}"
