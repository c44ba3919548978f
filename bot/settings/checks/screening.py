"""All files: nothing that members may read says what may not be said.

What is forbidden, and what lacks its evidence, is a problem with its reason and a way out. Haste
("最后一天") may be true, so it is a note for whoever checks: see ``notes_on``.
"""

from collections.abc import Iterator
from typing import Final

from bot.settings.checks.draft import CONTENT, PERSONAS, Check, Draft, where_of
from bot.settings.checks.plan import FILE as CALENDAR
from bot.settings.checks.speech import FILE as PERSONA
from bot.settings.checks.typed import FILE as COMMANDS
from bot.settings.policy import own_hosts, policy_for, policy_of
from bot.settings.problems import Finding, Path
from bot.settings.schema.tone import Tone
from bot.settings.settings import Settings
from bot.wording.emoji import count_emoji
from bot.wording.marks import mark_ad
from bot.wording.policy import Policy
from bot.wording.review import review
from bot.wording.rule import Grade, Origin

Spoken = tuple[str, Path, str]
"""A text that members may read, with its file and path."""

RULES: Final = frozenset({"persona.screening", "persona.tone"})
"""What must be complete for a text to be judged."""

_STOPS: Final = frozenset({Grade.BLOCK, Grade.HOLD})


def check_templates(draft: Draft) -> Iterator[Finding]:
    """The persona's templates."""
    templates = draft.persona.templates
    texts = [
        (("templates", n, i), t) for n, several in templates.items() for i, t in enumerate(several)
    ]
    yield from screen(draft, [(PERSONA, path, text) for path, text in texts])
    for path, text in texts:
        yield from check_emoji(draft.persona.tone, PERSONA, path, text)


def check_memory_points(draft: Draft) -> Iterator[Finding]:
    """What members remember the persona by."""
    points = enumerate(draft.persona.memory_points)
    yield from screen(
        draft, [(PERSONA, ("memory_points", i, "text"), point.text) for i, point in points]
    )


def check_bodies(draft: Draft) -> Iterator[Finding]:
    """Posts in all their variants, and answers."""
    policy = policy_in(draft)
    for body in draft.bodies:
        if body.folder == CONTENT:
            marked = mark_ad(body.text, policy)
            shift = len(marked) - len(body.text)
            yield from _judge((body.file, body.path, marked), policy, Origin.POST, shift)
            yield from check_emoji(draft.persona.tone, body.file, body.path, body.text)
        else:
            yield from _judge((body.file, body.path, body.text), policy, Origin.TEMPLATE)


def check_help(draft: Draft) -> Iterator[Finding]:
    """The lines of the help text."""
    commands = draft.commands.commands.items()
    yield from screen(
        draft, [(COMMANDS, ("commands", name.value, "help"), c.help) for name, c in commands]
    )


def check_fission_steps(draft: Draft) -> Iterator[Finding]:
    """The last lines of posts."""
    texts: list[Spoken] = [
        (CALENDAR, ("fission_steps", index, "texts", place), text)
        for index, step in enumerate(draft.calendar.fission_steps)
        for place, text in enumerate(step.texts)
    ]
    yield from screen(draft, texts)


def check_evidence(draft: Draft) -> Iterator[Finding]:
    """Evidence is for claims that evidence can save, and a registration for an effect."""
    screening = draft.persona.screening
    for index, entry in enumerate(screening.evidence):
        path: Path = ("screening", "evidence", index, "phrase")
        found = review(entry.phrase, Policy())
        if found and found[0].grade is Grade.BLOCK:
            what = f"no evidence can save {found[0].what}: {found[0].why}"
            yield Finding(PERSONA, path, what, found[0].instead)
        elif not any(finding.grade is Grade.HOLD for finding in found):
            yield Finding(PERSONA, path, "there is no claim in it that wants evidence", "remove it")
    for index, claim in enumerate(screening.registered):
        if not any(f.grade is Grade.BLOCK for f in review(claim.phrase, Policy())):
            path = ("screening", "registered", index, "phrase")
            yield Finding(PERSONA, path, "there is no effect in it that wants one", "remove it")


def policy_in(draft: Draft, tone: Tone | None = None) -> Policy:
    """The policy of a draft, for the main persona or the one of ``tone``."""
    channels = {} if "bot.channels" in draft.absent else draft.bot.channels
    pay = None if "bot.pay" in draft.absent else draft.bot.pay
    return policy_for(draft.persona.screening, tone or draft.persona.tone, own_hosts(channels, pay))


def screen(draft: Draft, texts: list[Spoken], tone: Tone | None = None) -> Iterator[Finding]:
    """What in ``texts`` may not be said by anybody, or by the persona of ``tone``."""
    policy = policy_in(draft, tone)
    for text in texts:
        yield from _judge(text, policy, Origin.TEMPLATE)


def screen_posts(draft: Draft, texts: list[Spoken]) -> Iterator[Finding]:
    """What in ``texts`` may not be posted; the mark of an advertisement is set by itself."""
    policy = policy_in(draft)
    for file, path, text in texts:
        yield from _judge((file, path, mark_ad(text, policy)), policy, Origin.POST)


def check_emoji(tone: Tone, file: str, path: Path, text: str) -> Iterator[Finding]:
    """Whether a text keeps to the emoji that the persona of ``tone`` may use."""
    found, budget = count_emoji(text), tone.emoji_budget
    if found > budget:
        whose = file if file.startswith(PERSONAS) else PERSONA
        instead = f"keep at most {budget} (tone.emoji_budget of {whose})"
        yield Finding(file, path, f"{found} emoji", instead)


def notes_on(settings: Settings) -> Iterator[str]:
    """What is said in haste in templates and posts: right only if it is true."""
    policy = policy_of(settings)
    texts = [
        (f"{PERSONA} templates.{name}", text)
        for name, variants in settings.persona.templates.items()
        for text in variants
    ]
    texts += [
        (where_of(item), text) for item in settings.content for text in item.variants.values()
    ]
    for place, text in texts:
        for finding in review(text, policy, origin=Origin.POST):
            if finding.grade is Grade.WARN:
                yield f"{place}: {finding.what}: {finding.why}; {finding.instead}"


def _judge(spoken: Spoken, policy: Policy, origin: Origin, shift: int = 0) -> Iterator[Finding]:
    """``shift`` characters of the text are not in the file."""
    file, path, text = spoken
    for finding in review(text, policy, origin=origin):
        if finding.grade in _STOPS:
            what = f"contains {finding.what}: {finding.why}"
            offset = max(0, finding.start - shift)
            yield Finding(file, path, what, finding.instead, offset=offset)


CHECKS = (
    Check(check_templates, reads=frozenset({"persona.templates"}), whole=RULES),
    Check(check_memory_points, reads=frozenset({"persona.memory_points"}), whole=RULES),
    Check(check_bodies, reads=frozenset(), whole=RULES),
    Check(check_help, reads=frozenset({"commands.commands"}), whole=RULES),
    Check(check_fission_steps, reads=frozenset({"calendar.fission_steps"}), whole=RULES),
    Check(check_evidence, reads=frozenset(), whole=frozenset({"persona.screening"})),
)
