"""The words of a lottery: its round, a draw, a win, and every answer that a member can get.

A draw that is refused is an answer like any other: it says why, and when it will work.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.core.ids import EventKey, GroupKey, LotteryId, MemberId
from bot.rewards.lottery.draw import Ticket
from bot.rewards.lottery.terms import Terms
from bot.settings.schema.rewards.lottery import Prize


class RoundState(StrEnum):
    """What a round is doing."""

    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a lottery, with its secret seed. ``terms`` are those in force.

    ``draws`` counts its draws so far; ``entrants_hash`` is empty until it has ended.
    """

    lottery_id: LotteryId
    key: str
    number: int
    seed: str
    seed_hash: str
    state: RoundState
    terms: Terms
    version: int
    published_at: datetime
    draws: int = 0
    entrants_hash: str = ""
    ended_at: datetime | None = None

    @property
    def campaign(self) -> str:
        """How the round is named in its draws: its key and number."""
        return f"{self.key}/{self.number}"

    @property
    def reference(self) -> str:
        """How transfers name it as their cause; its budgets and stocks are held under it."""
        return f"lottery/{self.lottery_id}"


class QuizAnswer(StrEnum):
    """How a member answered the question of a quiz draw."""

    NONE = "none"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """A member's wish to draw, or to enter.

    ``on_date`` is the community day of ``at``, which ends at ``day_ends_at``; ``in_groups`` are
    the groups that he is in; ``quiz_tries`` the wrong answers that a day allows; ``expires_on``
    when points that he wins now will end.
    """

    lottery_id: LotteryId
    member_id: MemberId
    key: EventKey
    at: datetime
    on_date: date
    day_ends_at: datetime
    in_groups: frozenset[GroupKey]
    is_staff: bool
    is_blocked: bool
    answer: QuizAnswer = QuizAnswer.NONE
    quiz_tries: int = 0
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw that was made. ``roll`` is None where entrants wait for the drawing.

    ``day_number`` counts the member's draws of its day, from 1; ``misses`` how many draws in a row
    have won him nothing, this one included. So his last draw tells all that the next one needs.
    """

    lottery_id: LotteryId
    ticket: Ticket
    day_number: int
    misses: int
    key: EventKey
    at: datetime
    on_date: date
    version: int
    fee: int
    roll: int | None
    total: int | None


class WinState(StrEnum):
    """What became of a win."""

    PAID = "paid"
    """It is the member's."""

    OPEN = "open"
    """A right to a gift that he has not claimed yet, or that came back to him unsent."""

    CLAIMED = "claimed"
    """Its redemption leads it to him."""

    LAPSED = "lapsed"
    """Not claimed in time."""


@dataclass(frozen=True, slots=True)
class Win:
    """What a draw won. ``follows`` is the lapsed win whose gift this one got."""

    win_id: int
    lottery_id: LotteryId
    ticket: Ticket
    prize: Prize
    at: datetime
    on_date: date
    claim_until: datetime | None
    state: WinState
    follows: int | None = None


class RefusedBecause(StrEnum):
    """Why a member cannot draw."""

    NO_SUCH_LOTTERY = "no_such_lottery"
    NOT_STARTED = "not_started"
    OVER = "over"
    BLOCKED = "blocked"
    NOT_IN_GROUP = "not_in_group"
    STAFF = "staff"
    RESTING = "resting"
    """He has won lately."""

    CHECK_IN_FIRST = "check_in_first"
    ANSWER_FIRST = "answer_first"
    WRONG_ANSWER = "wrong_answer"
    NO_TRIES = "no_tries"
    NO_DRAWS_TODAY = "no_draws_today"
    NO_DRAWS = "no_draws"
    FULL = "full"
    ALL_WON = "all_won"
    """Nothing is left that he could win, today or at all."""

    POINTS_SHORT = "points_short"


@dataclass(frozen=True, slots=True)
class Refused:
    """No draw was made, and nothing was paid.

    ``until`` is when it will work, None when it never will or hangs on the member. ``data`` holds
    the numbers for the sentence.
    """

    because: RefusedBecause
    until: datetime | None = None
    data: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw that was made, under these ``terms``; ``balance`` is the member's points after it.

    ``win`` is None when it won nothing, and while it waits for the drawing among entrants.
    """

    draw: Draw
    terms: Terms
    win: Win | None
    balance: int

    @property
    def left_today(self) -> int | None:
        """Draws that the member has left that day; None without a limit."""
        most = self.terms.draws_a_day
        return max(0, most - self.draw.day_number) if most else None

    @property
    def to_pity(self) -> int | None:
        """In how many more draws one surely wins, if none does before; None: not promised."""
        pity = self.terms.pity
        return max(1, pity.hard - self.draw.misses) if pity and pity.hard else None


DrawAnswer = Drawn | Refused
"""Every answer to a wish to draw."""
