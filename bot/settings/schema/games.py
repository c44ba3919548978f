"""calendar.yaml, games: games by words, who may start them, how long they last, the brand's quiz.

They stand beside the quiet hours, which end them, and hold for whoever speaks in a group.
"""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from bot.settings.schema.base import Count, Positive, Section, Words

MOST_ROUNDS: Final = 50
MOST_MINUTES: Final = 24 * 60

Rounds = Annotated[int, Field(strict=True, ge=1, le=MOST_ROUNDS)]
"""How often somebody can win in one game."""

Minutes = Annotated[int, Field(strict=True, ge=1, le=MOST_MINUTES)]
"""How long a game lasts at most."""


class StartedBy(StrEnum):
    """Who may start a game."""

    OWNERS = "owners"
    MEMBERS = "members"


class Chain(Section):
    """成语接龙: each idiom begins as the one before it ends."""

    minutes: Minutes = 15
    """It lasts so long at most; the beginning of the quiet hours ends it too."""

    rounds: Rounds = 20
    """It is over when members have linked so many."""

    by_sound: bool = True
    """true: the same sound will do, in any tone; false: it must be the same character."""

    help_seconds: Count = 120
    """When nobody has linked for so long 小禾 does it once; 0 for never."""


class Guessing(Section):
    """What a riddle and a quiz have in common: questions one after the other, the first wins."""

    minutes: Minutes = 15
    """It lasts so long at most; the beginning of the quiet hours ends it too."""

    rounds: Rounds = 5
    """So many questions."""

    seconds: Annotated[int, Field(strict=True, ge=20, le=3600)] = 120
    """A question that nobody answers for so long is given away, and the next one follows."""

    tries: Positive = 5
    """Wrong answers of one member to one question; then he waits for the next."""


class Riddles(Guessing):
    """猜歇后语: the first half is shown, the second is guessed."""

    hint_after_wrong: Count = 3
    """After so many wrong answers there is a hint, after twice as many another; 0 for none."""

    hint_after_seconds: Count = 45
    """The first hint comes after so long at the latest; 0 for not by time."""


class QuizQuestion(Section):
    """A question of the brand's own."""

    question: Words
    """As members read it, with its choices if it has any."""

    answers: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Ways to say the right answer; the first is the one that is told."""

    source: Words
    """Where it can be looked up; told with the answer."""


class Quiz(Guessing):
    """抢答: the brand's own questions."""

    questions: tuple[QuizQuestion, ...] = ()
    """What is asked; those that were asked longest ago come first."""


class Vote(Section):
    """二选一: a question with two answers."""

    minutes: Minutes = 120
    """It lasts so long; the beginning of the quiet hours ends it too."""


class Games(Section):
    """群里的小游戏."""

    started_by: StartedBy = StartedBy.OWNERS
    """members lets anybody in the group start one; a vote is always an owner's to start."""

    rest_minutes: Count = 10
    """After a game members wait so long before they start another; owners need not."""

    answer_seconds: Annotated[int, Field(strict=True, ge=0, le=600)] = 5
    """Wrong moves of one member are answered once in so many seconds."""

    common_from: Positive = 1000
    """How often an idiom occurs in the package's texts at least, for 小禾 to use it herself."""

    unfit: tuple[Words, ...] = ()
    """Idioms and riddles with one of these are never said by 小禾."""

    no_guess: tuple[Words, ...] = ()
    """With one of these a text is a question or a sigh: it is answered, and no wrong guess."""

    chain: Chain = Chain()
    """成语接龙."""

    riddles: Riddles = Riddles()
    """猜歇后语."""

    quiz: Quiz = Quiz()
    """抢答."""

    vote: Vote = Vote()
    """二选一."""
