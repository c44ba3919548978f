"""Questions that were offered as "did you mean", until the person answers with a number.

They are kept in memory, for ten minutes, for each person in each conversation: an offer that a
restart forgets costs the member one more sentence. Another process does not know of it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.persona.knowledge.base import Entry, Hit
from bot.persona.knowledge.reading import fold_question, units_of

OFFER_LASTS: Final = timedelta(minutes=10)
MOST_OFFERS: Final = 10_000
"""Beyond that the oldest one is forgotten."""

_CHINESE: Final = {"一": "1", "二": "2", "三": "3"}
_AROUND: Final = frozenset("第选个号是的")


@dataclass(frozen=True, slots=True)
class _Offer:
    entries: tuple[Entry, ...]
    until: datetime


class Offers:
    """What was offered to whom."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str], _Offer] = OrderedDict()

    def offer(self, near: Sequence[Hit], *, scope: str, person: str, now: datetime) -> None:
        """Remember what a person was offered in a conversation; an earlier offer is replaced."""
        self._open.pop((scope, person), None)
        entries = tuple(hit.entry for hit in near)
        self._open[scope, person] = _Offer(entries, now + OFFER_LASTS)
        while len(self._open) > MOST_OFFERS:
            self._open.popitem(last=False)

    def chosen(self, text: str, *, scope: str, person: str, now: datetime) -> Entry | None:
        """What the person means by 2, 第二个 or 选2; None when that is no answer to an offer.

        The offer stays: whoever took the wrong one may take another.
        """
        offer = self._open.get((scope, person))
        number = _number_in(text)
        if offer is None or now >= offer.until or not 1 <= number <= len(offer.entries):
            return None
        return offer.entries[number - 1]


def _number_in(text: str) -> int:
    units = [unit for unit in units_of(fold_question(text)) if unit not in _AROUND]
    number = _CHINESE.get(units[0], units[0]) if len(units) == 1 else ""
    return int(number) if number.isdecimal() else 0
