"""An approved submission as an item of the content library, with whose it is and a question. Pure.

A name is said only of who wants it, and only if we may say it. What may not be said any more, by
the rules in force now, is no item.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.core.text import normalise
from bot.members.submissions.submission import Consent, State, Submission, SubmissionKind
from bot.settings.live_slots import verbatim
from bot.settings.policy import policy_of
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.front_matter import ContentFront, Purpose
from bot.settings.schema.submissions import SubmissionRules
from bot.settings.settings import ContentItem, Settings
from bot.wording.review import review
from bot.wording.rule import Grade

KEY_PREFIX: Final = "ugc-"
"""What the key of such an item begins with; the submission's number follows."""

TITLE_CHARACTERS: Final = 20


@dataclass(frozen=True, slots=True)
class Credited:
    """A submission with the name of its author, empty when it is not known."""

    submission: Submission
    name: str


def item_of(
    credited: Credited, settings: Settings, paths: Callable[[Submission], tuple[Path, ...]]
) -> ContentItem | None:
    """The item; None for what is not approved, not agreed to, or may not be said any more."""
    submission, decided = credited.submission, credited.submission.decided
    if submission.state is not State.APPROVED or submission.consent is None or decided is None:
        return None
    if not may_be_said(submission.text, settings):
        return None
    rules = settings.members.submissions
    first_day = decided.at.astimezone(settings.zone).date()
    front = ContentFront(
        title=normalise(submission.text)[:TITLE_CHARACTERS],
        pillar=Pillar.USER,
        kind=Kind.STORY,
        purpose=Purpose.TRUST,
        pictures=tuple(map(str, paths(submission))),
        valid_from=first_day,
        valid_to=first_day + timedelta(days=rules.valid_days),
    )
    question = rules.questions[submission.number % len(rules.questions)]
    credit = _credit(credited, rules, settings)
    lines = (submission.text, credit, _filled(question, submission, ""))
    text = verbatim("\n".join(lines))
    return ContentItem(f"{KEY_PREFIX}{submission.number}", front, text)


def may_be_said(text: str, settings: Settings) -> bool:
    """Whether nothing in ``text`` is forbidden or lacks its evidence, once it is ours to say."""
    found = review(text, policy_of(settings))
    return all(finding.grade is Grade.WARN for finding in found)


def _credit(credited: Credited, rules: SubmissionRules, settings: Settings) -> str:
    submission, name = credited.submission, credited.name
    shown = rules.credits.show if submission.kind is SubmissionKind.SHOW else rules.credits.story
    line = _filled(shown, submission, name)
    if submission.consent is Consent.NAMED and name and may_be_said(line, settings):
        return line
    return _filled(rules.credits.anonymous, submission, "")


def _filled(template: str, submission: Submission, name: str) -> str:
    return template.format(name=name, number=submission.number)
