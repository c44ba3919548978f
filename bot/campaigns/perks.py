"""Perks 专属福利: something for members of the groups alone, in a quota, so many for each. Pure.

What was taken is kept with its code as it was told, and told again whenever its taker asks.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import EventKey, GroupKey, MemberId


@dataclass(frozen=True, slots=True)
class PerkWish:
    """A member of ``group_key`` wants perk ``perk`` of a run of a campaign, as its file has it."""

    key: EventKey
    campaign: str
    perk: str
    member_id: MemberId
    group_key: GroupKey
    at: datetime
    code: str
    quota: int
    each: int


@dataclass(frozen=True, slots=True)
class Taken:
    """The ``number``-th of a perk, from 1 within ``quota``; the member's ``own``-th."""

    campaign: str
    perk: str
    member_id: MemberId
    group_key: GroupKey
    key: EventKey
    at: datetime
    code: str
    quota: int
    number: int
    each: int
    own: int


@dataclass(frozen=True, slots=True)
class Given:
    """He has got it; ``left`` are there for others."""

    taken: Taken
    left: int


@dataclass(frozen=True, slots=True)
class HasIt:
    """He has had his ``each``; these are what he took."""

    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class PerkGone:
    """All of the ``quota`` are taken."""

    quota: int


@dataclass(frozen=True, slots=True)
class NotAMember:
    """He is not in the group now."""


PerkAnswer = Given | HasIt | PerkGone | NotAMember


def take(before: list[Taken], wish: PerkWish, *, is_here: bool) -> PerkAnswer:
    """Hand the next one out, and add it to ``before``: all that were taken of this perk.

    The event that took one gets its first answer again.
    """
    known = next((taken for taken in before if taken.key == wish.key), None)
    if known is not None:
        return Given(known, known.quota - known.number)
    if not is_here:
        return NotAMember()
    own = [taken for taken in before if taken.member_id == wish.member_id]
    if len(own) >= wish.each:
        return HasIt(tuple(own))
    if len(before) >= wish.quota:
        return HasIt(tuple(own)) if own else PerkGone(wish.quota)
    taken = Taken(
        campaign=wish.campaign,
        perk=wish.perk,
        member_id=wish.member_id,
        group_key=wish.group_key,
        key=wish.key,
        at=wish.at,
        code=wish.code,
        quota=wish.quota,
        number=len(before) + 1,
        each=wish.each,
        own=len(own) + 1,
    )
    before.append(taken)
    return Given(taken, wish.quota - taken.number)
