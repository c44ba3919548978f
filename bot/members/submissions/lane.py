"""The lane of submissions: what members and staff do with them, and what the clock asks for.

Each wish sees what those before it left; one that comes again finds what it did. Wishes are rare,
so they are taken one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, assert_never

from bot.core.ids import MemberId
from bot.core.messages import Outgoing
from bot.members.submissions.rows import (
    find_submission,
    find_submissions,
    insert_submission,
    next_number,
    update_submission,
)
from bot.members.submissions.submission import (
    OVER,
    Agree,
    Approve,
    Attach,
    Decline,
    Done,
    Feature,
    Mark,
    Moved,
    NoSuch,
    Offer,
    OrderShown,
    PictureWanted,
    State,
    Submission,
    SubmissionId,
    TooMany,
    WhichOne,
    Withdraw,
    agree,
    approve,
    attach,
    decline,
    drop,
    feature,
    offer,
    withdraw,
)
from bot.members.tickets.rows import load_duties
from bot.outbox.enqueue import enqueue_all
from bot.store.connection import Connection
from bot.store.fields import to_micros

_LIKE: Final = (
    "INSERT INTO submission_like (submission_id, member_id, at) VALUES (?, ?, ?)"
    " ON CONFLICT (submission_id, member_id) DO NOTHING"
)

_UNLIKE: Final = "DELETE FROM submission_like WHERE submission_id = ?"


@dataclass(frozen=True, slots=True)
class WithdrawAll:
    """``mark.by`` takes back everything that he has sent in."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class Like:
    """赞: a member likes what another has sent in; once, whatever he types."""

    number: SubmissionId
    member_id: MemberId
    at: datetime


@dataclass(frozen=True, slots=True)
class Lapse:
    """Nobody said yes to it in time; ``outgoings`` tell its author."""

    number: SubmissionId
    outgoings: tuple[Outgoing, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Remind:
    """These wait for long; ``outgoings`` tell the operators."""

    numbers: tuple[SubmissionId, ...]
    outgoings: tuple[Outgoing, ...]
    at: datetime


class Liked(StrEnum):
    """What became of a 赞."""

    LIKED = "liked"
    """It counts, whether it is new or not."""

    OWN = "own"
    NO_SUCH = "no_such"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was taken back by a WithdrawAll."""

    numbers: tuple[SubmissionId, ...]


Review = Approve | Decline | Feature
Wish = Offer | Attach | Agree | Review | Withdraw | WithdrawAll | Like | Lapse | Remind
Verdict = Moved | Withdrawn | Liked


def apply_wishes(connection: Connection, wishes: Sequence[Wish]) -> list[Verdict]:
    """The lane of submissions."""
    return [_apply(connection, wish) for wish in wishes]


def apply_review(connection: Connection, wish: Review) -> Moved:
    """What a reviewer decides; for whoever writes what follows from it in the same step."""
    known = find_submission(connection, wish.number)
    if known is None or not _is_for(connection, wish.mark.by, known):
        return NoSuch()
    match wish:
        case Approve():
            return _keep(connection, _shown_before(connection, wish) or approve(known, wish))
        case Decline():
            return _keep(connection, decline(known, wish))
        case Feature():
            return _keep(connection, feature(known, wish))
    assert_never(wish)


def _apply(connection: Connection, wish: Wish) -> Verdict:
    match wish:
        case Offer():
            return _offer(connection, wish)
        case Approve() | Decline() | Feature():
            return apply_review(connection, wish)
        case Withdraw():
            return _withdraw(connection, wish)
        case WithdrawAll():
            return _withdraw_all(connection, wish)
        case Like():
            return _like(connection, wish)
        case Remind():
            return _remind(connection, wish)
        case Attach():
            known = find_submission(connection, wish.number)
            return NoSuch() if known is None else _keep(connection, attach(known, wish))
        case Agree():
            return _agree(connection, wish)
        case Lapse():
            return _lapse(connection, wish)
    assert_never(wish)


def _offer(connection: Connection, wish: Offer) -> Moved:
    before = find_submissions(connection, "s.event_key = ?", wish.key)
    if before:
        return Done(before[0], fresh=False)
    waiting = find_submissions(
        connection, "s.author_id = ? AND s.state IN ('asked', 'waiting')", wish.author_id
    )
    if len(waiting) >= wish.most_waiting:
        return TooMany()
    submission = offer(next_number(connection), wish)
    insert_submission(connection, submission)
    return Done(submission)


def _agree(connection: Connection, wish: Agree) -> Moved:
    """Without a number: what this event has agreed to before, else the only one that is asked."""
    if wish.number is not None:
        known = find_submission(connection, wish.number)
        return NoSuch() if known is None else _keep(connection, agree(known, wish))
    before = find_submissions(
        connection, "s.author_id = ? AND s.agreed_key = ?", wish.mark.by, wish.mark.key
    )
    if before:
        return Done(before[0], fresh=False)
    asked = find_submissions(connection, "s.author_id = ? AND s.state = 'asked'", wish.mark.by)
    if len(asked) > 1:
        return WhichOne(tuple(one.number for one in asked))
    return _keep(connection, agree(asked[0], wish)) if asked else NoSuch()


def _lapse(connection: Connection, wish: Lapse) -> Moved:
    known = find_submission(connection, wish.number)
    if known is None:
        return NoSuch()
    moved = _keep(connection, drop(known))
    if isinstance(moved, Done):
        enqueue_all(connection, [(one, wish.at) for one in wish.outgoings])
    return moved


def _withdraw(connection: Connection, wish: Withdraw) -> Moved:
    known = find_submission(connection, wish.number)
    if known is None:
        return NoSuch()
    if known.author_id != wish.mark.by and not _is_for(connection, wish.mark.by, known):
        return NoSuch()
    return _keep(connection, withdraw(known, wish.mark))


def _withdraw_all(connection: Connection, wish: WithdrawAll) -> Withdrawn:
    """The same event gets the same answer."""
    return Withdrawn(
        tuple(
            known.number
            for known in find_submissions(connection, "s.author_id = ?", wish.mark.by)
            if isinstance(_keep(connection, withdraw(known, wish.mark)), Done)
        )
    )


def _like(connection: Connection, wish: Like) -> Liked:
    known = find_submission(connection, wish.number)
    if known is None or known.state is not State.APPROVED:
        return Liked.NO_SUCH
    if known.author_id == wish.member_id:
        return Liked.OWN
    connection.execute(_LIKE, (wish.number, wish.member_id, to_micros(wish.at)))
    return Liked.LIKED


def _remind(connection: Connection, wish: Remind) -> Moved:
    """Only when all of them still wait and nobody was told; else whoever asks looks again."""
    waiting = []
    for number in wish.numbers:
        known = find_submission(connection, number)
        if known is None or known.state is not State.WAITING or known.reminded_at is not None:
            return NoSuch()
        waiting.append(known)
    for known in waiting:
        update_submission(connection, replace(known, reminded_at=wish.at))
    enqueue_all(connection, [(one, wish.at) for one in wish.outgoings])
    return Done(waiting[0])


def _shown_before(connection: Connection, wish: Approve) -> OrderShown | None:
    """An order is shown once, by whomever."""
    if not wish.order:
        return None
    shown = find_submissions(connection, "s.shown_order = ? AND s.id <> ?", wish.order, wish.number)
    return OrderShown(shown[0].number) if shown else None


def _is_for(connection: Connection, staff_id: MemberId, known: Submission) -> bool:
    """Whether somebody answers for its group."""
    duties = load_duties(connection, [staff_id]).get(staff_id, frozenset())
    return bool(duties & {"", known.group_key})


def _keep(connection: Connection, moved: Moved) -> Moved:
    """Write what has changed; likes go with what they were for."""
    if isinstance(moved, PictureWanted) or (isinstance(moved, Done) and moved.fresh):
        submission = moved.submission
        update_submission(connection, submission)
        if submission.state in OVER:
            connection.execute(_UNLIKE, (submission.number,))
    return moved
