"""The cards: each text can be filled in and said, and each name they use is there.

The same holds for persona.yaml and for every file of personas/.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.text import fold, normalise
from bot.settings.casting import BUILT_IN_FACTS, FACT, facts_of
from bot.settings.checks.draft import Check, Draft, listed, persona_file, repeated
from bot.settings.checks.screening import check_emoji, screen
from bot.settings.checks.speech import FILE as PERSONA
from bot.settings.checks.speech import slot_mistakes
from bot.settings.checks.wiring import FILE as BOT
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.card import LEAST_SAMPLES, NoticePart, PersonaCard
from bot.settings.schema.persona import FurtherPersona, PersonaFile
from bot.settings.schema.templates import TemplateShape

_BARE = frozenset[str]()
_MEMBER = frozenset({"name"})
_GROUP = frozenset({"group"})


@dataclass(frozen=True, slots=True)
class CardText:
    """A text of a card, and what it may fill in besides the card's facts."""

    path: Path
    text: str
    slots: frozenset[str]


def texts_of(card: PersonaCard) -> Iterator[CardText]:
    """Every text of a card that somebody may read; templates are looked at with the others."""
    for name in ("who", "what", "value"):
        yield CardText((name,), getattr(card, name), _BARE)
    for key, fact in card.facts.items():
        yield CardText(("facts", key), fact, _BARE)
    for index, text in enumerate(card.samples):
        yield CardText(("samples", index), text, _BARE)
    for boundary, deflection in card.deflections.items():
        yield from _texts(("deflections", boundary.value, "answers"), deflection.answers, _MEMBER)
    for key, talk in card.small_talk.items():
        yield from _texts(("small_talk", key, "answers"), talk.answers, _MEMBER)
    yield CardText(("addressing", "plain"), card.addressing.plain, _MEMBER)
    for level, form in card.addressing.levels.items():
        yield CardText(("addressing", "levels", level), form, _MEMBER)
    for tag, form in card.addressing.tags.items():
        yield CardText(("addressing", "tags", tag), form, _MEMBER)
    if card.decoration is not None:
        for name in ("nickname", "signature", "avatar", "cover", "group_name"):
            yield CardText(("decoration", name), getattr(card.decoration, name), _GROUP)
        for part, text in card.decoration.notice.items():
            yield CardText(("decoration", "notice", part.value), text, _GROUP)


def check_slots(draft: Draft) -> Iterator[Finding]:
    """Braces of the card hold what can be filled in there."""
    for file, card in _cards(draft):
        for item in texts_of(card):
            shape = TemplateShape(item.slots, variants=1)
            for what, instead in slot_mistakes(item.text, shape):
                yield Finding(file, item.path, what, instead)


def check_facts(draft: Draft) -> Iterator[Finding]:
    """Each fact that a text takes is on the card of whoever says it."""
    for file, card in _cards(draft):
        known = list(facts_of(card, brand=""))
        for key in card.facts:
            if key in BUILT_IN_FACTS:
                what = "the persona or the brand has its own"
                yield Finding(file, ("facts", key), what, "choose another key", "key")
        for path, text in (*_templates(card), *((t.path, t.text) for t in texts_of(card))):
            for key in FACT.findall(text):
                if path[0] == "facts":
                    what = "a fact made of another fact"
                    yield Finding(file, path, what, "write it out")
                elif key not in known:
                    instead = nearest(key, known)
                    yield Finding(file, path, f"no fact {key} on this card", instead)


def check_inherited_facts(draft: Draft) -> Iterator[Finding]:
    """A further persona says the main one's templates too, so it needs the facts that they take."""
    for key, card in draft.personas.items():
        known = facts_of(card, brand="")
        said = {**draft.persona.templates, **card.templates}
        wanted: dict[str, str] = {}
        for name, variants in said.items():
            for text in variants if name not in card.templates else ():
                wanted |= dict.fromkeys(FACT.findall(text), name)
        for fact, name in wanted.items():
            if fact not in known:
                what = f"template {name} of {PERSONA} takes the fact {fact}, which is not here"
                instead = f"add {fact} to facts, or write templates: {name}: here"
                yield Finding(persona_file(key), ("facts",), what, instead, "key")


def check_words(draft: Draft) -> Iterator[Finding]:
    """Nothing on a card may not be said; further personas' templates and memory points as well."""
    for file, card in _cards(draft):
        texts = [(file, item.path, item.text) for item in texts_of(card)]
        if isinstance(card, FurtherPersona):
            texts += [(file, path, text) for path, text in _templates(card)]
            points = enumerate(card.memory_points)
            texts += [(file, ("memory_points", i, "text"), point.text) for i, point in points]
        yield from screen(draft, texts, card.tone)
        for _, path, text in texts:
            yield from check_emoji(card.tone, file, path, text)


def check_samples(draft: Draft) -> Iterator[Finding]:
    """The sample lines are enough to tell a style by, or there are none."""
    for file, card in _cards(draft):
        if 0 < len(card.samples) < LEAST_SAMPLES:
            what = f"{len(card.samples)} sample lines do not show a style"
            yield Finding(file, ("samples",), what, f"write {LEAST_SAMPLES} or more, or none")
        for index, first in repeated(map(normalise, card.samples)):
            what = f"the same words as sample [{first}]"
            yield Finding(file, ("samples", index), what, "write another line")


def check_triggers(draft: Draft) -> Iterator[Finding]:
    """A word leads to one answer: no two topics wait for the same one."""
    for file, card in _cards(draft):
        topics: list[tuple[Path, tuple[str, ...]]] = [
            (("deflections", boundary.value, "words"), deflection.words)
            for boundary, deflection in card.deflections.items()
        ]
        topics += [
            (("small_talk", key, "words"), talk.words) for key, talk in card.small_talk.items()
        ]
        words = [((*path, i), word) for path, several in topics for i, word in enumerate(several)]
        for index, first in repeated(fold(word) for _, word in words):
            above = words[first][0]
            what = f"the same word stands at {'.'.join(map(str, above[:2]))}"
            yield Finding(file, words[index][0], what, "remove one of the two")


def check_notice(draft: Draft) -> Iterator[Finding]:
    """A notice tells everything that newcomers must be told."""
    for file, card in _cards(draft):
        if card.decoration is None:
            continue
        missing = [part.value for part in NoticePart if part not in card.decoration.notice]
        if missing and (file != PERSONA or draft.is_whole("persona", "decoration")):
            what = f"newcomers are not told of {listed(missing)}"
            path: Path = ("decoration", "notice")
            yield Finding(file, path, what, f"add lines for {listed(missing)}", "key")


def check_addressing(draft: Draft) -> Iterator[Finding]:
    """Levels and tags by which members are called are there."""
    levels = [level.name for level in draft.rewards.levels]
    tags = [tag.key for tag in draft.members.tags]
    for file, card in _cards(draft):
        yield from _unknown(file, "levels", card.addressing.levels, levels, "level of rewards.yaml")
        yield from _unknown(file, "tags", card.addressing.tags, tags, "tag of members.yaml")


def check_groups(draft: Draft) -> Iterator[Finding]:
    """A group's persona is there."""
    for index, group in enumerate(draft.bot.groups):
        wanted, known = group.persona, list(draft.personas)
        if wanted and wanted not in known and draft.is_whole("personas", f"{wanted}.yaml"):
            instead = nearest(wanted, known) if known else f"write {persona_file(wanted)}"
            what = f"there is no {persona_file(wanted)}"
            yield Finding(BOT, ("groups", index, "persona"), what, instead)


def _unknown(
    file: str, kind: str, written: Iterable[str], known: list[str], noun: str
) -> Iterator[Finding]:
    for name in written:
        if name not in known:
            path: Path = ("addressing", kind, name)
            yield Finding(file, path, f"there is no such {noun}", nearest(name, known), "key")


def _cards(draft: Draft) -> Iterator[tuple[str, PersonaCard]]:
    """Every card with its file."""
    yield PERSONA, draft.persona
    for key, card in draft.personas.items():
        yield persona_file(key), card


def _templates(card: PersonaCard) -> Iterator[tuple[Path, str]]:
    if isinstance(card, PersonaFile | FurtherPersona):
        for name, variants in card.templates.items():
            for index, text in enumerate(variants):
                yield ("templates", name, index), text


def _texts(path: Path, texts: Iterable[str], slots: frozenset[str]) -> Iterator[CardText]:
    for index, text in enumerate(texts):
        yield CardText((*path, index), text, slots)


_CARD = frozenset(
    {f"persona.{name}" for name, field in PersonaFile.model_fields.items() if field.is_required()}
)
"""What a card cannot do without; the rest is at its default when it could not be read."""

CHECKS = (
    Check(check_slots, reads=_CARD),
    Check(check_facts, reads=_CARD, whole=frozenset({"persona.facts"})),
    Check(check_inherited_facts, reads=_CARD),
    Check(check_words, reads=_CARD, whole=frozenset({"persona.screening", "persona.tone"})),
    Check(check_samples, reads=_CARD, whole=frozenset({"persona.samples"})),
    Check(check_triggers, reads=_CARD),
    Check(check_notice, reads=_CARD),
    Check(
        check_addressing,
        reads=_CARD | {"rewards.levels", "members.tags"},
        whole=frozenset({"rewards.levels", "members.tags"}),
    ),
    Check(check_groups, reads=frozenset({"bot.groups"})),
)
