"""What a reviewer decides is written with what the author earns by it, in one step.

A short cut of the desk: the books and the submissions know nothing of each other. What is paid is
known by the submission's number, so it is paid once, whoever decides how often; near-equal texts
earn nothing. Why an approval earned nothing is written down, so each of them can be accounted for.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from enum import StrEnum
from typing import Final

from bot.core.ids import EventKey
from bot.members.lane import record_interactions
from bot.members.people import Interaction
from bot.members.submissions.lane import Review, apply_review
from bot.members.submissions.rows import update_submission
from bot.members.submissions.submission import (
    Approve,
    Decline,
    Done,
    Feature,
    Moved,
    Submission,
    SubmissionId,
)
from bot.pipeline.context import Context
from bot.rewards.earning.deciding import Because, Earned
from bot.rewards.earning.lane import earn
from bot.rewards.earning.rules import EarningWish, match_earnings
from bot.rewards.earning.texts import are_alike
from bot.settings.schema.members import Act
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection, Row, Value
from bot.store.db import Store
from bot.store.lane import Lane

_EARLIER: Final = (
    "SELECT s.id, s.sketch FROM submission AS s WHERE s.id < ? AND s.sketch <> ''"
    " AND (s.author_id <> ? OR s.decided_by IS NOT NULL) ORDER BY s.id"
)
"""What a submission is compared with: the earlier ones of others, and the author's that were taken.

Who sends in again what was not taken, after mending it, copies nobody."""

_PAID: Final = "SELECT CAST(coalesce(sum(points), 0) AS INTEGER) FROM earning WHERE event_key = ?"


class Unpaid(StrEnum):
    """Why an approval earned nothing."""

    ALIKE = "alike"
    CAPPED = "capped"
    BUDGET = "budget"
    NO_RULE = "no_rule"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of a decision, and how many points the author got by it."""

    moved: Moved
    points: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """A review with what its author did and earns when it is a new yes."""

    review: Review
    done: Interaction | None = None
    wishes: tuple[EarningWish, ...] = ()


class ReviewDesk:
    """The lane on which submissions are decided on."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._lane: Lane[Decision, Reviewed] = store.lane("submission reviews", apply_decisions)

    async def review(self, context: Context, one: Submission, review: Review) -> Reviewed:
        """Decide on ``one``; its author is paid for a yes."""
        settings = context.settings
        return await self._lane.submit(
            decision_on(one, review, settings.rewards, zone=settings.zone, rng=self._rng)
        )

    async def find_alike(self, one: Submission) -> SubmissionId | None:
        """The first earlier submission whose text is near-equal."""
        return _first_alike(one, await self._store.read(_EARLIER, _compared(one)))


def decision_on(
    one: Submission, review: Review, rewards: RewardsFile, *, zone: tzinfo, rng: random.Random
) -> Decision:
    """A decision on ``one`` with what its author earns by it under ``rewards``."""
    match review:
        case Approve():
            act = Act.SUBMITTED
        case Feature():
            act = Act.FEATURED
        case Decline():
            return Decision(review)
    key, at = paid_key(one.number, act), review.mark.at
    wishes = match_earnings(
        rewards,
        member_id=one.author_id,
        acts=(act,),
        text="",
        group_key=one.group_key,
        event_key=key,
        at=at,
        zone=zone,
        rng=rng,
    )
    return Decision(review, Interaction(one.author_id, one.group_key, act, at, key), wishes)


def paid_key(number: SubmissionId, act: Act) -> EventKey:
    """Under what a submission earns for ``act``; no event of a channel has such a key."""
    return EventKey(f"submission:{number}/{act}")


def apply_decisions(connection: Connection, items: Sequence[Decision]) -> list[Reviewed]:
    """The lane of reviews; decisions are rare, so they are taken one by one."""
    return [_decide(connection, item) for item in items]


def _decide(connection: Connection, item: Decision) -> Reviewed:
    moved = apply_review(connection, item.review)
    if not isinstance(moved, Done) or item.done is None:
        return Reviewed(moved)
    if not moved.fresh:
        (points,) = connection.execute(_PAID, (item.done.event_key,)).fetchone()
        return Reviewed(moved, int(points))
    record_interactions(connection, [item.done])
    points, unpaid = _pay(connection, moved.submission, item.wishes)
    if isinstance(item.review, Feature):
        submission = replace(moved.submission, featured_unpaid=unpaid or "")
    else:
        submission = replace(moved.submission, unpaid=unpaid or "")
    update_submission(connection, submission)
    return Reviewed(Done(submission), points)


def _pay(
    connection: Connection, one: Submission, wishes: Sequence[EarningWish]
) -> tuple[int, Unpaid | None]:
    """How many points the author gets, or why none."""
    earlier = connection.execute(_EARLIER, _compared(one)).fetchall()
    if _first_alike(one, earlier) is not None:
        return 0, Unpaid.ALIKE
    answers = earn(connection, wishes)
    points = sum(answer.points for answer in answers if isinstance(answer, Earned))
    if points:
        return points, None
    if not answers:
        return 0, Unpaid.NO_RULE
    return 0, Unpaid.BUDGET if Because.BUDGET in answers else Unpaid.CAPPED


def _compared(one: Submission) -> tuple[Value, ...]:
    return one.number, one.author_id


def _first_alike(one: Submission, earlier: Iterable[Row]) -> SubmissionId | None:
    return next(
        (SubmissionId(row["id"]) for row in earlier if are_alike(row["sketch"], one.sketch)), None
    )
