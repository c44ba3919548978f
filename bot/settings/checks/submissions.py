"""members.yaml, submissions: the lines around a submission can be filled in and may be said."""

from collections.abc import Iterator
from string import Formatter
from typing import Final

from bot.settings.checks.draft import Check, Draft
from bot.settings.checks.screening import RULES, screen
from bot.settings.problems import Finding, Path

FILE: Final = "members.yaml"
PLACE: Final[Path] = ("submissions",)

_NAME: Final = "name"
_NUMBER: Final = "number"
_QUESTION_MARKS: Final = ("？", "?")


def check_lengths(draft: Draft) -> Iterator[Finding]:
    """What is long enough is not too long at the same time."""
    rules = draft.members.submissions
    if rules.least_characters >= rules.most_characters:
        what = f"not less than most_characters: {rules.most_characters}"
        yield Finding(FILE, (*PLACE, "least_characters"), what, "write a smaller number")


def check_credits(draft: Draft) -> Iterator[Finding]:
    """Who wants to be named is, and nobody else."""
    shown = draft.members.submissions.credits
    for key, text in (("show", shown.show), ("story", shown.story)):
        path = (*PLACE, "credits", key)
        slots = _slots(text)
        if slots is None or not slots <= {_NAME, _NUMBER}:
            yield Finding(FILE, path, "braces that nothing fills in", "use {name} and {number}")
        elif _NAME not in slots:
            what = "a credit without the name of who is credited"
            yield Finding(FILE, path, what, "write {name} where it is said")
    yield from _check_nameless((*PLACE, "credits", "anonymous"), shown.anonymous)


def check_questions(draft: Draft) -> Iterator[Finding]:
    """A post of a submission ends with a question."""
    for index, question in enumerate(draft.members.submissions.questions):
        path = (*PLACE, "questions", index)
        yield from _check_nameless(path, question)
        if not question.endswith(_QUESTION_MARKS):
            yield Finding(FILE, path, "not a question", "end it with ？")


def check_texts(draft: Draft) -> Iterator[Finding]:
    """What is said around a submission may be said."""
    rules = draft.members.submissions
    said = [
        (FILE, (*PLACE, "credits", "show"), rules.credits.show),
        (FILE, (*PLACE, "credits", "story"), rules.credits.story),
        (FILE, (*PLACE, "credits", "anonymous"), rules.credits.anonymous),
    ]
    said += [
        (FILE, (*PLACE, "questions", index), text) for index, text in enumerate(rules.questions)
    ]
    yield from screen(draft, said)


def _check_nameless(path: Path, text: str) -> Iterator[Finding]:
    slots = _slots(text)
    if slots is None or not slots <= {_NUMBER}:
        instead = "use {number} alone: nobody is named here"
        yield Finding(FILE, path, "braces that nothing fills in", instead)


def _slots(text: str) -> set[str] | None:
    """The names in the braces of ``text``; None when they are no plain names."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    if any(form or conversion for _, _, form, conversion in parts):
        return None
    return {slot for _, slot, _, _ in parts if slot is not None}


_SUBMISSIONS: Final = frozenset({"members.submissions"})

CHECKS = (
    Check(check_lengths, reads=_SUBMISSIONS),
    Check(check_credits, reads=_SUBMISSIONS),
    Check(check_questions, reads=_SUBMISSIONS),
    Check(check_texts, reads=_SUBMISSIONS, whole=RULES),
)
