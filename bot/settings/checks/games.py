"""calendar.yaml, games: questions can be asked and answered, and hints come before the end."""

from collections.abc import Iterator
from typing import Final

from bot.core.text import normalise
from bot.settings.checks.draft import Check, Draft, repeated
from bot.settings.checks.plan import FILE
from bot.settings.checks.screening import RULES, Spoken, screen
from bot.settings.problems import Finding, Path

QUESTIONS: Final[Path] = ("games", "quiz", "questions")


def check_questions(draft: Draft) -> Iterator[Finding]:
    """A quiz asks nothing twice, and a right answer is something that can be typed."""
    questions = draft.calendar.games.quiz.questions
    for index, first in repeated(normalise(question.question) for question in questions):
        what = f"the same question as questions[{first}]"
        yield Finding(FILE, (*QUESTIONS, index, "question"), what, "ask something else")
    for index, question in enumerate(questions):
        for place, right in enumerate(question.answers):
            if not any(mark.isalnum() for mark in right):
                path = (*QUESTIONS, index, "answers", place)
                instead = "write an answer of letters or digits"
                yield Finding(FILE, path, "nobody can type this answer", instead)


def check_words(draft: Draft) -> Iterator[Finding]:
    """Nothing that is asked or told contains what may not be said."""
    texts: list[Spoken] = []
    for index, question in enumerate(draft.calendar.games.quiz.questions):
        place = (*QUESTIONS, index)
        texts.append((FILE, (*place, "question"), question.question))
        texts.append((FILE, (*place, "answers", 0), question.answers[0]))
        texts.append((FILE, (*place, "source"), question.source))
    yield from screen(draft, texts)


def check_times(draft: Draft) -> Iterator[Finding]:
    """What comes by time comes before the question, or the game, is over."""
    games = draft.calendar.games
    if games.riddles.hint_after_seconds >= games.riddles.seconds:
        what = f"the riddle is given away after {games.riddles.seconds} seconds"
        path: Path = ("games", "riddles", "hint_after_seconds")
        yield Finding(FILE, path, what, "write a smaller number, or 0 for no hint by time")
    if games.chain.help_seconds >= games.chain.minutes * 60:
        what = f"the game is over after {games.chain.minutes} minutes"
        path = ("games", "chain", "help_seconds")
        yield Finding(FILE, path, what, "write a smaller number, or 0 for no help")


_GAMES: Final = frozenset({"calendar.games"})

CHECKS = (
    Check(check_questions, reads=_GAMES),
    Check(check_words, reads=_GAMES, whole=RULES),
    Check(check_times, reads=_GAMES),
)
