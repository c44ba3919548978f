"""persona.yaml, manners: office hours that exist, people on duty who may help, words that count."""

from collections.abc import Iterator

from bot.core.text import fold
from bot.settings.checks.draft import Check, Draft, listed
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path

FILE = "persona.yaml"


def check_office(draft: Draft) -> Iterator[Finding]:
    """The office closes after it has opened."""
    office = draft.persona.manners.office
    if office.closes <= office.opens:
        what = f"the office would close before it opens at {office.opens:%H:%M}"
        path: Path = ("manners", "office", "closes")
        yield Finding(FILE, path, what, "write a later time of the same day")


def check_on_duty(draft: Draft) -> Iterator[Finding]:
    """Whoever is told of a call may answer it: an operator, or an owner of some group."""
    owners = [owner for group in draft.bot.groups for owner in group.owners]
    staff = list(dict.fromkeys((*draft.bot.operators, *owners)))
    for index, user in enumerate(draft.persona.manners.tickets.on_duty):
        if user not in staff:
            instead = nearest(user, staff)
            if instead == "remove it":
                instead = f"write one of {listed(staff)}, or add him to operators of bot.yaml"
            path: Path = ("manners", "tickets", "on_duty", index)
            yield Finding(FILE, path, "nobody with this user_id may answer calls", instead)


def check_crisis(draft: Draft) -> Iterator[Finding]:
    """A harmless phrase contains one of the words, else it excuses nothing."""
    crisis = draft.persona.manners.crisis
    for index, phrase in enumerate(crisis.unless):
        if not any(fold(word) in fold(phrase) for word in crisis.words):
            path: Path = ("manners", "crisis", "unless", index)
            what = "contains none of manners.crisis.words"
            yield Finding(FILE, path, what, "write a phrase with such a word, or remove it")


_MANNERS = frozenset({"persona.manners"})

CHECKS = (
    Check(check_office, reads=frozenset(), whole=_MANNERS),
    Check(check_on_duty, reads=frozenset({"bot.groups", "bot.operators"}), whole=_MANNERS),
    Check(check_crisis, reads=frozenset(), whole=_MANNERS),
)
