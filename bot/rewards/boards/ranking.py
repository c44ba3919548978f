"""Ranking: the higher score first, of equal scores the one that was reached earlier.

Everybody has a rank of his own, so a rank is as many people as are before him, and one. Doing more
of the same is damped: volume alone never wins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isqrt

from bot.core.ids import MemberId

NEIGHBOURS = 2
"""So many places are shown before and behind a member's own."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a member has, and since when: ``reached_at`` is when the last of it was added."""

    member_id: MemberId
    score: int
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A rank, from 1, and who has it with which score."""

    rank: int
    member_id: MemberId
    score: int
    reached_at: datetime


def rank(scores: Iterable[Score]) -> tuple[Place, ...]:
    """All who have something, the best first. Of the same instant the older member is first."""
    ordered = sorted(
        (score for score in scores if score.score > 0),
        key=lambda score: (-score.score, score.reached_at, score.member_id),
    )
    return tuple(
        Place(number, score.member_id, score.score, score.reached_at)
        for number, score in enumerate(ordered, start=1)
    )


def shown(places: Sequence[Place], *, top: int, reader: MemberId | None) -> tuple[Place, ...]:
    """The first ``top`` and, if he is behind them, the reader between his neighbours."""
    mine = place_of(places, reader)
    if mine is None:
        return tuple(places[:top])
    near = range(mine.rank - NEIGHBOURS, mine.rank + NEIGHBOURS + 1)
    return tuple(place for place in places if place.rank <= top or place.rank in near)


def place_of(places: Iterable[Place], member_id: MemberId | None) -> Place | None:
    """The member's own place, if he has one."""
    return next((place for place in places if place.member_id == member_id), None)


def moves(before: Iterable[Place], places: Iterable[Place]) -> Mapping[MemberId, int]:
    """How many places each has won since ``before``; nothing for who was not on it."""
    ranks = {place.member_id: place.rank for place in before}
    return {
        place.member_id: ranks[place.member_id] - place.rank
        for place in places
        if place.member_id in ranks
    }


def damped(points: int, full: int) -> int:
    """What ``points`` count: up to ``full`` as they are, beyond it only as their square root grows.

    It never falls: who has more has never less of it. Four times ``full`` count as twice.
    """
    return points if points <= full else isqrt(points * full)
