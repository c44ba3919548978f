"""All files: nothing that members may read contains a word that may not be said."""

from collections.abc import Iterator

from bot.settings.checks.draft import CONTENT, Check, Draft
from bot.settings.checks.plan import FILE as CALENDAR
from bot.settings.checks.speech import FILE as PERSONA
from bot.settings.checks.typed import FILE as COMMANDS
from bot.settings.problems import BODY, Finding, Path
from bot.settings.wording import count_emoji, find_words

Spoken = tuple[str, Path, str]
"""A text that members may read, with its file and path."""


def check_templates(draft: Draft) -> Iterator[Finding]:
    """The persona's templates."""
    templates = draft.persona.templates
    texts = [
        (("templates", n, i), t) for n, several in templates.items() for i, t in enumerate(several)
    ]
    yield from _screen(draft, [(PERSONA, path, text) for path, text in texts])
    for path, text in texts:
        yield from _check_emoji(draft, PERSONA, path, text)


def check_memory_points(draft: Draft) -> Iterator[Finding]:
    """What members remember the persona by."""
    points = enumerate(draft.persona.memory_points)
    yield from _screen(
        draft, [(PERSONA, ("memory_points", i, "text"), point.text) for i, point in points]
    )


def check_bodies(draft: Draft) -> Iterator[Finding]:
    """Posts and answers."""
    yield from _screen(draft, [(body.file, BODY, body.text) for body in draft.bodies])
    for body in draft.bodies:
        if body.folder == CONTENT:
            yield from _check_emoji(draft, body.file, BODY, body.text)


def check_help(draft: Draft) -> Iterator[Finding]:
    """The lines of the help text."""
    commands = draft.commands.commands.items()
    yield from _screen(
        draft, [(COMMANDS, ("commands", name.value, "help"), c.help) for name, c in commands]
    )


def check_fission_steps(draft: Draft) -> Iterator[Finding]:
    """The last lines of posts."""
    steps = enumerate(draft.calendar.fission_steps)
    yield from _screen(
        draft, [(CALENDAR, ("fission_steps", index, "text"), step.text) for index, step in steps]
    )


def _screen(draft: Draft, texts: list[Spoken]) -> Iterator[Finding]:
    screening, banned = draft.persona.screening, draft.persona.tone.banned
    for file, path, text in texts:
        for word, offset in find_words(text, screening.blocked, screening.allowed):
            what = f"contains {word}, which screening.blocked of {PERSONA} forbids"
            yield Finding(file, path, what, "say it in other words", offset=offset)
        for word, offset in find_words(text, banned):
            what = f"contains {word}, which tone.banned of {PERSONA} forbids"
            yield Finding(file, path, what, "say it in other words", offset=offset)


def _check_emoji(draft: Draft, file: str, path: Path, text: str) -> Iterator[Finding]:
    found, budget = count_emoji(text), draft.persona.tone.emoji_budget
    if found > budget:
        instead = f"keep at most {budget} (tone.emoji_budget of {PERSONA})"
        yield Finding(file, path, f"{found} emoji", instead)


_RULES = frozenset({"persona.screening", "persona.tone"})

CHECKS = (
    Check(check_templates, reads=frozenset({"persona.templates"}), whole=_RULES),
    Check(check_memory_points, reads=frozenset({"persona.memory_points"}), whole=_RULES),
    Check(check_bodies, reads=frozenset(), whole=_RULES),
    Check(check_help, reads=frozenset({"commands.commands"}), whole=_RULES),
    Check(check_fission_steps, reads=frozenset({"calendar.fission_steps"}), whole=_RULES),
)
