"""What the platform's list shows against what we know: the steps from the one to the other. Pure.

The list is the truth, but an old one: it may lag behind the events that were told meanwhile
(92122). So an end or a beginning that was told a moment ago is not taken back by it; whoever is in
doubt is looked at again after ``LAG``.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar

from bot.members.spans import SLACK

LAG: Final = timedelta(seconds=10)
"""How long a list may be behind the events; ours, for 92122 names no time."""

Who = TypeVar("Who", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Known:
    """The last we know of someone. ``began_at`` is None when nobody told it.

    ``final`` says that he himself ended it, which a list does not always show: only a new beginning
    brings him back.
    """

    began_at: datetime | None
    ended_at: datetime | None = None
    source: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """Someone in the list, as far as the platform tells since when and by which way."""

    since: datetime | None = None
    source: str = ""


class StepKind(StrEnum):
    """What has to be caught up with."""

    FOUND = "found"
    """He has been there since before anybody looked, or shall come without a word."""
    BEGAN = "began"
    """He came; of someone who is known to be there: the way by which he came is told now."""
    ENDED = "ended"
    DATED = "dated"
    """What lasts began at this instant, and not when we thought."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the steps, at the instant at which it happened, as far as can be known."""

    kind: StepKind
    at: datetime
    source: str = ""


@dataclass(frozen=True, slots=True)
class Comparison(Generic[Who]):
    """Each one's steps in their order, and those whom an old list may show wrongly."""

    steps: dict[Who, tuple[Step, ...]]
    doubtful: frozenset[Who]


def compare(
    known: Mapping[Who, Known],
    shown: Mapping[Who, Shown],
    *,
    now: datetime,
    first_read_at: datetime | None,
    unheard: Collection[Who],
    events: bool,
) -> Comparison[Who]:
    """The steps that make ``known`` agree with the list ``shown``, which was read at ``now``.

    ``first_read_at`` is when the list was read for the first time, None if it is now: who was there
    then is found. So are ``unheard``, of whom no event shall tell. ``events`` says that the
    platform tells by events as well, which its list may be behind.
    """
    steps: dict[Who, tuple[Step, ...]] = {}
    doubtful: set[Who] = set()
    for who in [*shown, *(one for one in known if one not in shown)]:
        past, entry = known.get(who), shown.get(who)
        if events and _may_be_old(past, entry, now):
            doubtful.add(who)
            continue
        path = _steps(past, entry, now, first_read_at)
        if who in unheard or (past is None and first_read_at is None):
            path = _quietly(path, entry)
        if path:
            steps[who] = path
    return Comparison(steps, frozenset(doubtful))


def _may_be_old(past: Known | None, entry: Shown | None, now: datetime) -> bool:
    """Whether what was told a moment ago and the list contradict each other."""
    if past is None:
        return False
    if past.ended_at is None:
        return entry is None and past.began_at is not None and now - past.began_at < LAG
    return entry is not None and _is_over(past, entry) and now - past.ended_at < LAG


def _is_over(past: Known, entry: Shown) -> bool:
    """Whether the list still shows what has ended, by the instant at which it began."""
    return past.ended_at is not None and entry.since is not None and entry.since < past.ended_at


def _steps(
    past: Known | None, entry: Shown | None, now: datetime, first_read_at: datetime | None
) -> tuple[Step, ...]:
    if entry is None:
        lasts = past is not None and past.ended_at is None
        return (Step(StepKind.ENDED, now),) if lasts else ()
    since = entry.since
    if past is None or (past.ended_at is not None and not _is_over(past, entry)):
        return (Step(StepKind.BEGAN, since or now, entry.source),)
    if past.ended_at is not None and past.final:
        return ()
    began_at = past.began_at or first_read_at
    lasts = past.ended_at is None
    if since is not None and began_at is not None and lasts and since - began_at > SLACK:
        # he has left and come back, and nobody told
        return (Step(StepKind.ENDED, since), Step(StepKind.BEGAN, since, entry.source))
    steps = []
    if since is not None and (since != past.began_at or not lasts):
        steps.append(Step(StepKind.DATED, since))
    if entry.source and entry.source != past.source:
        steps.append(Step(StepKind.BEGAN, since or past.began_at or now, entry.source))
    return tuple(steps)


def _quietly(path: Sequence[Step], entry: Shown | None) -> tuple[Step, ...]:
    """The same path with nobody coming: he is found, and dated if the platform tells since when."""
    quiet: list[Step] = []
    for step in path:
        if step.kind is not StepKind.BEGAN:
            quiet.append(step)
            continue
        quiet.append(replace(step, kind=StepKind.FOUND))
        if entry is not None and entry.since is not None:
            quiet.append(Step(StepKind.DATED, entry.since))
    return tuple(quiet)
