"""sop.yaml: what a member is told by the days since something happened to him."""

from typing import Annotated, Literal

from pydantic import Field

from bot.settings.schema.base import Count, KeyName, LocalTime, Positive, Section, Weekday, Words
from bot.settings.schema.members import Act
from bot.settings.schema.rollout import ALL, Rollout

FIGURES = frozenset({"checkins", "points", "talks"})
"""Slots of a text that tell what the member did; such a text goes to himself alone."""

SLOTS = frozenset({"name", "group", "persona", "brand", "days"}) | FIGURES
"""What a step's texts may fill in."""


class Beginning(Section):
    """What a plan's days are counted from."""

    on: Literal["joined", "returned", "act", "tag", "node_day"]
    """joined a group for the first time, returned to it, did something, got a tag, or a node day
    came."""

    act: Act | None = None
    """With act: what the member does."""

    nth: Positive = 1
    """With act: the first, second … time in his life with us."""

    tag: str = ""
    """With tag: key of a tag of members.yaml."""

    node: str = ""
    """With node_day: key of a node day."""


class Late(Section):
    """What happens with a step whose time passed while the program was down."""

    policy: Literal["skip", "send", "merge"] = "skip"
    """skip it (a visible row), send it all the same, or merge: of several late steps of a plan the
    last one stands for all."""

    within_hours: Annotated[int, Field(strict=True, ge=1, le=168)] = 12
    """Later than this it is skipped in any case."""


class Step(Section):
    """One message of a plan, at most once for each member."""

    key: KeyName
    """Its name among the plan's steps. Never change it: a new key is a new step."""

    days: Annotated[int, Field(strict=True, ge=-30, le=400)]
    """So many days after the beginning; 0: the next time that it is `at` o'clock. Only before a
    node day it may be negative."""

    at: LocalTime
    """From this local time on …"""

    until: LocalTime | None = None
    """… until this one, if something held it up; left out: until the quiet hours begin."""

    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)] = tuple(Weekday)
    """Days of the week on which it may be sent; otherwise it waits for one."""

    holidays: Literal["send", "move", "skip"] = "move"
    """On public holidays: send it all the same, move it behind them, or skip it."""

    late: Late = Late()
    """What happens when its time has passed."""

    expires_hours: Annotated[int, Field(strict=True, ge=1, le=720)] = 48
    """So long after its time it is still worth sending, whatever held it up."""

    priority: Count = 50
    """A member gets one message a day; the step with the highest priority goes first."""

    again: bool = False
    """True: anew for each time that the plan begins for a member (he left and came back, he did it
    once more); false: once for ever."""

    only_if: Literal["", "silent", "talked"] = ""
    """silent: only who did nothing at all; talked: only who wrote something."""

    within_days: Count = 0
    """Over which only_if looks back; 0: since the plan began for him."""

    tags: tuple[str, ...] = ()
    """Only for members with one of these tags."""

    unless_tags: tuple[str, ...] = ()
    """Not for members with one of these tags."""

    stop_if: tuple[Act, ...] = ()
    """Not when the member did one of these since the plan began for him."""

    place: Literal["private", "group"] = "private"
    """private: to himself, or by @ in the group when he cannot be reached; group: always by @."""

    texts: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Variants of the message."""


class SopPlan(Section):
    """Steps that follow one thing that happened to a member."""

    key: KeyName
    """Its name. Never change it: a new key is a new plan."""

    name: Words
    """As operators know it."""

    begins: Beginning
    """What the days are counted from."""

    groups: tuple[Words, ...] = ()
    """Keys of the groups it is for; empty: every group in which the calendar's posts appear."""

    rollout: Rollout = ALL
    """How many of these groups it reaches."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    """What is said, and when."""


class SopFile(Section):
    """sop.yaml."""

    plans: tuple[SopPlan, ...] = ()
    """Plans, each with its own beginning."""

    gap_minutes: Annotated[int, Field(strict=True, ge=1, le=1440)] = 90
    """Least time between two of these messages in a group, and behind a post."""
