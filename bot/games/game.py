"""A game by words: a group's one running game, its rounds, and who won them.

A round is what is to be continued (an idiom), guessed (a riddle, a question) or chosen (a vote).
It is won once. What the bot does of itself in a game is a beat 节拍; the group is told of the
state that the last beat left, so a crash in between repeats nothing and floods nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.settings.schema.games import Games, Riddles

GameId = NewType("GameId", int)
"""Row id of a game."""

MOST_HINTS: Final = 2


class GameKind(StrEnum):
    """What is played."""

    CHAIN = "chain"
    RIDDLES = "riddles"
    QUIZ = "quiz"
    VOTE = "vote"

    @property
    def is_guessed(self) -> bool:
        """Whether its rounds are questions with right answers."""
        return self in (GameKind.RIDDLES, GameKind.QUIZ)


class EndedBecause(StrEnum):
    """Why a game is over."""

    ROUNDS = "rounds"
    TIME = "time"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Round:
    """What is to be continued, guessed or chosen.

    ``answers`` are right ones, the first of which is told; of a vote they are the two that can be
    chosen. ``source`` is where it can be looked up. ``by_bot``: the bot brought it up.
    """

    text: str
    answers: tuple[str, ...] = ()
    source: str = ""
    by_bot: bool = True


@dataclass(frozen=True, slots=True)
class Game:
    """A game as it stands: round ``number`` (from 0) is ``current`` since ``round_at``.

    ``wins`` of ``rounds`` are won; of a guessing game so many are asked. ``untold``: the bot has
    done something of itself of which the group has not been told.
    """

    game_id: GameId
    group_key: GroupKey
    kind: GameKind
    started_by: MemberId
    started_at: datetime
    ends_at: datetime
    rounds: int
    number: int
    wins: int
    round_at: datetime
    hints: int
    beat: int
    told: int
    ended_at: datetime | None
    ended_because: EndedBecause | None
    current: Round

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be won."""
        return self.ended_at is not None

    @property
    def untold(self) -> bool:
        """Whether the group has to be told of the last beat."""
        return self.told < self.beat


@dataclass(frozen=True, slots=True)
class Score:
    """How many rounds of a game a member won."""

    member_id: MemberId
    wins: int


class BeatKind(StrEnum):
    """What the bot does of itself."""

    END = "end"
    GIVE_AWAY = "give_away"
    HINT = "hint"
    HELP = "help"


class MissedBecause(StrEnum):
    """Why a move won nothing."""

    WRONG = "wrong"
    NO_TRIES = "no_tries"
    LATE = "late"
    SAID_BEFORE = "said_before"
    UNLINKED = "unlinked"
    UNKNOWN = "unknown"


class MissAnswer(StrEnum):
    """What the member hears of a move that won nothing."""

    SILENT = "silent"
    """Nothing: he was answered a moment ago."""

    TOLD = "told"
    HINTED = "hinted"
    """The question has a new hint, for everybody."""


@dataclass(frozen=True, slots=True)
class Won:
    """``round`` is the member's, who has won ``score`` of this game; ``game`` is what it is now."""

    game: Game
    round: Round
    score: int


@dataclass(frozen=True, slots=True)
class Missed:
    """The move won nothing in ``game``; the member has ``left`` tries at the question."""

    game: Game
    because: MissedBecause
    answer: MissAnswer
    left: int


class VoteTurn(StrEnum):
    """What a vote is to who gave it."""

    FIRST = "first"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Voted:
    """The member's vote is ``choice`` now; ``counts`` are all votes so far, for each answer."""

    game: Game
    choice: int
    turn: VoteTurn
    counts: tuple[int, int]


@dataclass(frozen=True, slots=True)
class NothingRuns:
    """No game of the group runs that it could belong to."""


@dataclass(frozen=True, slots=True)
class Started:
    """The game is on."""

    game: Game


@dataclass(frozen=True, slots=True)
class Running:
    """Another game runs: one at a time."""

    game: Game


@dataclass(frozen=True, slots=True)
class Resting:
    """Members may start the next game at ``until``."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Stopped:
    """The game is over, by somebody's word."""

    game: Game


StartResult = Started | Running | Resting
MoveResult = Won | Missed | NothingRuns
VoteResult = Voted | NothingRuns
StopResult = Stopped | NothingRuns


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody wants a game; ``key`` is the event's.

    Its first rounds are ``asked`` of ``pool``, those before others that the group has not had
    lately. ``rest`` is how long after a game he waits for the next.
    """

    key: EventKey
    kind: GameKind
    group_key: GroupKey
    member_id: MemberId
    at: datetime
    ends_at: datetime
    rounds: int
    asked: int
    pool: tuple[Round, ...]
    rest: timedelta


def next_beat(game: Game, rules: Games) -> datetime | None:
    """When the bot does something of itself next; None for a game that is over."""
    if game.is_over:
        return None
    return min([game.ends_at, *(at for at, _ in _beats(game, rules))])


def beat_due(game: Game, rules: Games, now: datetime) -> BeatKind | None:
    """What the bot does at ``now``: of several things that are due the weightiest."""
    if game.is_over:
        return None
    if now >= game.ends_at:
        return BeatKind.END
    return next((kind for at, kind in _beats(game, rules) if now >= at), None)


def hints_due(rules: Riddles, misses: int) -> int:
    """How many hints a riddle has after so many wrong answers."""
    if not rules.hint_after_wrong:
        return 0
    return min(MOST_HINTS, misses // rules.hint_after_wrong)


def is_last(game: Game) -> bool:
    """Whether the game is over with the round that is open."""
    return game.kind.is_guessed and game.number + 1 >= game.rounds


def rank(scores: Sequence[Score]) -> list[tuple[int, Score]]:
    """Scores with their places; who has as many shares the place."""
    ordered = sorted(scores, key=lambda score: -score.wins)
    return [(1 + sum(other.wins > score.wins for other in ordered), score) for score in ordered]


def _beats(game: Game, rules: Games) -> list[tuple[datetime, BeatKind]]:
    """What the round may still bring of itself, the weightiest first."""
    match game.kind:
        case GameKind.CHAIN:
            waits = {BeatKind.HELP: 0 if game.current.by_bot else rules.chain.help_seconds}
        case GameKind.RIDDLES:
            hint = 0 if game.hints else rules.riddles.hint_after_seconds
            waits = {BeatKind.GIVE_AWAY: rules.riddles.seconds, BeatKind.HINT: hint}
        case GameKind.QUIZ:
            waits = {BeatKind.GIVE_AWAY: rules.quiz.seconds}
        case GameKind.VOTE:
            waits = {}
    return [(game.round_at + timedelta(seconds=wait), kind) for kind, wait in waits.items() if wait]
