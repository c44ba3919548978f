"""A submission: what a member sends in, from his first word to its end. Pure.

Nobody but its author says yes to its use, and nobody reviews his own. What is over (declined,
dropped, withdrawn) holds neither words nor pictures any more; only that it was remains.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from bot.core.ids import EventKey, GroupKey, MemberId

SubmissionId = NewType("SubmissionId", int)
"""Row id of a submission; the number that people call it by."""


class SubmissionKind(StrEnum):
    """What was sent in."""

    SHOW = "show"
    """晒单: words with a picture."""

    STORY = "story"
    """投稿: words, perhaps with pictures."""


class Consent(StrEnum):
    """How its author lets it be used."""

    NAMED = "named"
    ANONYMOUS = "anonymous"


class State(StrEnum):
    """How a submission stands."""

    ASKED = "asked"
    """Its author has not said yet whether it may be used."""

    WAITING = "waiting"
    """It may be used, and waits for a reviewer."""

    APPROVED = "approved"
    """It is in the library."""

    DECLINED = "declined"
    DROPPED = "dropped"
    """Its author said nothing in time."""

    WITHDRAWN = "withdrawn"


OVER: Final = frozenset({State.DECLINED, State.DROPPED, State.WITHDRAWN})
"""Nothing follows, and nothing of it is kept but that it was."""

UNREVIEWED: Final = frozenset({State.ASKED, State.WAITING})


@dataclass(frozen=True, slots=True)
class Mark:
    """Who did something decisive, when, and by which event."""

    by: MemberId
    at: datetime
    key: EventKey


@dataclass(frozen=True, slots=True)
class Submission:
    """``pictures`` are names of files, ``picture_until`` when one may still be added.

    ``sketch`` tells near-equal texts from others; ``order`` is a digest of the number of the order
    that it shows, empty if nobody named one. ``unpaid`` and ``featured_unpaid`` say why an approval
    or a choice earned nothing, empty when it was paid.
    """

    number: SubmissionId
    key: EventKey
    author_id: MemberId
    group_key: GroupKey
    kind: SubmissionKind
    text: str
    sketch: str
    state: State
    offered_at: datetime
    picture_until: datetime
    pictures: tuple[str, ...] = ()
    consent: Consent | None = None
    agreed: Mark | None = None
    decided: Mark | None = None
    reason: str = ""
    order: str = ""
    unpaid: str = ""
    featured: Mark | None = None
    featured_unpaid: str = ""
    withdrawn: Mark | None = None
    reminded_at: datetime | None = None

    @property
    def lacks_picture(self) -> bool:
        """Whether it is a 晒单 that shows nothing yet."""
        return self.kind is SubmissionKind.SHOW and not self.pictures


@dataclass(frozen=True, slots=True)
class Offer:
    """A member sends something in; at most ``most_waiting`` of his may be unreviewed."""

    key: EventKey
    author_id: MemberId
    group_key: GroupKey
    kind: SubmissionKind
    text: str
    sketch: str
    at: datetime
    picture_time: timedelta
    most_waiting: int


@dataclass(frozen=True, slots=True)
class Attach:
    """A picture of it lies on the disk under ``name``; it has ``most`` of them."""

    number: SubmissionId
    name: str
    most: int


@dataclass(frozen=True, slots=True)
class Agree:
    """``mark.by`` says how his submission may be used, for the first time or anew.

    ``number`` is None when he named none and means the only one that waits for his word.
    """

    number: SubmissionId | None
    mark: Mark
    consent: Consent
    picture_time: timedelta


@dataclass(frozen=True, slots=True)
class Approve:
    """``mark.by`` takes it into the library; ``order`` is a digest of the order, or empty."""

    number: SubmissionId
    mark: Mark
    order: str = ""


@dataclass(frozen=True, slots=True)
class Decline:
    """``mark.by`` does not take it, and says why."""

    number: SubmissionId
    mark: Mark
    reason: str


@dataclass(frozen=True, slots=True)
class Feature:
    """``mark.by`` chooses it 精华."""

    number: SubmissionId
    mark: Mark


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Its author, or staff for him, takes it back."""

    number: SubmissionId
    mark: Mark


@dataclass(frozen=True, slots=True)
class Done:
    """How it stands now. ``fresh``: this step changed it, and was not done before."""

    submission: Submission
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class NoSuch:
    """There is none with this number, or it is not for him."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """It stands so that this cannot be done."""

    submission: Submission


@dataclass(frozen=True, slots=True)
class TooMany:
    """The author has as many as may wait."""


@dataclass(frozen=True, slots=True)
class PictureWanted:
    """A 晒单 needs a picture first; one may be sent until ``submission.picture_until``."""

    submission: Submission


@dataclass(frozen=True, slots=True)
class WhichOne:
    """Several wait for his word, and he has named none."""

    numbers: tuple[SubmissionId, ...]


@dataclass(frozen=True, slots=True)
class OwnWork:
    """Nobody reviews his own."""


@dataclass(frozen=True, slots=True)
class OrderShown:
    """The order was shown before, in ``number``."""

    number: SubmissionId


Moved = Done | NoSuch | NotNow | TooMany | PictureWanted | WhichOne | OwnWork | OrderShown


def offer(number: SubmissionId, wish: Offer) -> Submission:
    """What was sent in, before anybody said yes to anything."""
    return Submission(
        number=number,
        key=wish.key,
        author_id=wish.author_id,
        group_key=wish.group_key,
        kind=wish.kind,
        text=wish.text,
        sketch=wish.sketch,
        state=State.ASKED,
        offered_at=wish.at,
        picture_until=wish.at + wish.picture_time,
    )


def attach(known: Submission, wish: Attach) -> Moved:
    """With one picture more; the same picture twice is one."""
    if known.state not in UNREVIEWED:
        return NotNow(known)
    if wish.name in known.pictures:
        return Done(known, fresh=False)
    if len(known.pictures) >= wish.most:
        return NotNow(known)
    return Done(replace(known, pictures=(*known.pictures, wish.name)))


def agree(known: Submission, wish: Agree) -> Moved:
    """It may be used so from now on. A 晒单 without a picture gets time for one instead."""
    if known.author_id != wish.mark.by or known.state in OVER:
        return NoSuch()
    if known.lacks_picture:
        until = max(known.picture_until, wish.mark.at + wish.picture_time)
        return PictureWanted(replace(known, picture_until=until))
    if known.consent is wish.consent:
        return Done(known, fresh=False)
    state = State.WAITING if known.state is State.ASKED else known.state
    return Done(replace(known, state=state, consent=wish.consent, agreed=wish.mark))


def approve(known: Submission, wish: Approve) -> Moved:
    """It is in the library."""
    settled = _settled(known, wish.mark)
    if settled is not None:
        return settled
    return Done(replace(known, state=State.APPROVED, decided=wish.mark, order=wish.order))


def decline(known: Submission, wish: Decline) -> Moved:
    """It is not taken, and nothing of it is kept but the reason."""
    settled = _settled(known, wish.mark)
    if settled is not None:
        return settled
    return Done(_ended(replace(known, decided=wish.mark, reason=wish.reason), State.DECLINED))


def feature(known: Submission, wish: Feature) -> Moved:
    """One of those in the library is chosen 精华, once."""
    if known.featured is not None and known.featured.key == wish.mark.key:
        return Done(known, fresh=False)
    if known.state is not State.APPROVED or known.featured is not None:
        return _unreviewable(known)
    if known.author_id == wish.mark.by:
        return OwnWork()
    return Done(replace(known, featured=wish.mark))


def withdraw(known: Submission, mark: Mark) -> Moved:
    """It is not used any more, whatever it was used for."""
    if known.withdrawn is not None and known.withdrawn.key == mark.key:
        return Done(known, fresh=False)
    if known.state in OVER:
        return NotNow(known)
    return Done(_ended(replace(known, withdrawn=mark), State.WITHDRAWN))


def drop(known: Submission) -> Moved:
    """Nobody said yes in time."""
    if known.state is not State.ASKED:
        return NotNow(known)
    return Done(_ended(known, State.DROPPED))


def _settled(known: Submission, mark: Mark) -> Moved | None:
    """What a review comes to before anything is decided by it; None: it may be decided."""
    if known.decided is not None and known.decided.key == mark.key:
        return Done(known, fresh=False)
    if known.state is not State.WAITING:
        return _unreviewable(known)
    return OwnWork() if known.author_id == mark.by else None


def _unreviewable(known: Submission) -> Moved:
    """What its author has not agreed to does not exist for reviewers."""
    return NoSuch() if known.state in (State.ASKED, State.DROPPED) else NotNow(known)


def _ended(known: Submission, state: State) -> Submission:
    """Without words and pictures; the sketch of what was paid stays, so it is not paid again."""
    sketch = known.sketch if known.decided is not None and state is State.WITHDRAWN else ""
    return replace(known, state=state, text="", pictures=(), sketch=sketch)
