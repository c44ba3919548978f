"""The words of this package: a question that had no answer, an answer that was offered for it.

A question is open until an answer is adopted or an operator skips it. It has one answer at most
that waits or counts; what was adopted is knowledge until it is retracted.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.core.ids import EventKey, GroupKey, MemberId


class QuestionState(StrEnum):
    """How a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    SKIPPED = "skipped"


class AnswerState(StrEnum):
    """How an offered answer stands."""

    WAITING = "waiting"
    ADOPTED = "adopted"
    DECLINED = "declined"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Asked:
    """A member asked ``text`` (masked) and got no answer. It counts from ``counts_at`` on."""

    key: EventKey
    member_id: MemberId
    group_key: GroupKey
    text: str
    at: datetime
    on_date: date
    counts_at: datetime
    likeness: float
    most_open: int


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question as it is listed: its number, and how many people asked how often."""

    number: int
    text: str
    people: int
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OfferedAnswer:
    """An answer to question ``number``. ``ways`` are other askings that it answers as well."""

    answer_id: int
    number: int
    question: str
    ways: tuple[str, ...]
    answer: str
    author_id: MemberId
    state: AnswerState
    offered_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A member answers question ``number``. Who may decide himself adopts it in the same step."""

    key: EventKey
    number: int
    author_id: MemberId
    answer: str
    at: datetime
    adopts: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """An operator adopts the answer ``answer_id``, or declines it for a ``reason``."""

    key: EventKey
    answer_id: int
    operator_id: MemberId
    at: datetime
    adopts: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """An operator wants question ``number`` no more."""

    key: EventKey
    number: int


@dataclass(frozen=True, slots=True)
class Retraction:
    """An operator takes what was learned for question ``number`` back."""

    key: EventKey
    number: int
    operator_id: MemberId
    at: datetime


Deed = Offer | Ruling | Skip | Retraction


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, now or (not ``fresh``) with the same event before.

    ``answer`` is the answer as it stands now, None for a skip.
    """

    answer: OfferedAnswer | None = None
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class NoSuchQuestion:
    """There is no question with this number."""


@dataclass(frozen=True, slots=True)
class AnsweredAlready:
    """It has an answer that counts; a better one may follow when that is retracted."""


@dataclass(frozen=True, slots=True)
class OtherWaiting:
    """Another answer to it waits for an operator."""


@dataclass(frozen=True, slots=True)
class NothingWaits:
    """There is no answer that could be decided on, or none that could be retracted."""


DeedResult = Done | NoSuchQuestion | AnsweredAlready | OtherWaiting | NothingWaits
