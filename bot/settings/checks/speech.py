"""persona.yaml and personas/: every text the bot needs is there, varied, and fills in what it may.

What a further persona says in its own words is held to the same shapes.
"""

from collections.abc import Iterator, Mapping
from string import Formatter

from bot.core.text import normalise
from bot.settings.casting import FACT
from bot.settings.checks.draft import Check, Draft, listed, persona_file
from bot.settings.nearest import meant, nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.templates import TEMPLATES, TemplateShape, shape_of

FILE = "persona.yaml"


def check_names(draft: Draft) -> Iterator[Finding]:
    """Every template of the product is there and no other; a further persona needs none."""
    given = draft.persona.templates
    absent = [name for name in TEMPLATES if name not in given]
    missing = [name for name in absent if draft.is_whole("persona", "templates", name)]
    unknown = [name for name in given if shape_of(name) is None]
    misspelt = {meant(name, missing) for name in unknown}
    for name in missing:
        if name in misspelt:
            continue
        instead = f"add {name}: with {_variants(TEMPLATES[name])}"
        yield Finding(FILE, ("templates", name), "missing template", instead, "key")
    for name in unknown:
        instead = nearest(name, missing)
        yield Finding(FILE, ("templates", name), "unknown template", instead, "key")
    for key, card in draft.personas.items():
        for name in card.templates:
            if shape_of(name) is None:
                instead = nearest(name, list(TEMPLATES))
                path: Path = ("templates", name)
                yield Finding(persona_file(key), path, "unknown template", instead, "key")


def check_variants(draft: Draft) -> Iterator[Finding]:
    """What members hear often has several variants, all different."""
    for file, name, variants in _said(draft):
        path: Path = ("templates", name)
        shape = shape_of(name)
        whole = file != FILE or draft.is_whole("persona", "templates", name)
        if shape and whole and len(variants) < shape.variants:
            instead = f"write {_variants(shape)}"
            yield Finding(file, path, f"too few variants: {len(variants)}", instead, "key")
        seen: dict[str, int] = {}
        for index, text in enumerate(variants):
            first = seen.setdefault(normalise(text), index)
            if first != index:
                what = f"the same words as variant [{first}]"
                yield Finding(file, (*path, index), what, "write other words")


def check_slots(draft: Draft) -> Iterator[Finding]:
    """Braces hold names of the template's slots and nothing else."""
    for file, name, variants in _said(draft):
        shape = shape_of(name)
        if shape is None:
            continue
        for index, text in enumerate(variants):
            for what, instead in slot_mistakes(text, shape):
                yield Finding(file, ("templates", name, index), what, instead)


def _said(draft: Draft) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every template of every persona, with its file."""
    books: dict[str, Mapping[str, tuple[str, ...]]] = {FILE: draft.persona.templates}
    books |= {persona_file(key): card.templates for key, card in draft.personas.items()}
    for file, templates in books.items():
        for name, variants in templates.items():
            yield file, name, variants


def slot_mistakes(text: str, shape: TemplateShape) -> Iterator[tuple[str, str]]:
    """What is wrong with the braces of ``text``, and what to write instead.

    Facts of the card ({card.KEY}) may stand in any text; whether there is such a fact is looked
    at elsewhere.
    """
    text = FACT.sub("", text)
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        yield "braces that do not match", "write {name}, or {{ and }} for braces that stay"
        return
    for _, slot, form, conversion in parts:
        if slot is None:
            continue
        if form or conversion or not slot.isidentifier():
            yield "braces that hold more than a name", f"write {_slots(shape)}"
        elif slot not in shape.slots:
            known = sorted(shape.slots)
            close = nearest(slot, known).removeprefix("write ").removesuffix(" instead")
            instead = f"write {{{close}}}" if close in known else f"write {_slots(shape)}"
            yield f"unknown slot {{{slot}}}", instead


def _slots(shape: TemplateShape) -> str:
    slots = [f"{{{slot}}}" for slot in sorted(shape.slots)]
    return f"one of {listed(slots)}" if slots else "the text without braces"


def _variants(shape: TemplateShape) -> str:
    return "one variant or more" if shape.variants == 1 else f"{shape.variants} variants or more"


_TEMPLATES = frozenset({"persona.templates"})

CHECKS = (
    Check(check_names, reads=_TEMPLATES),
    Check(check_variants, reads=_TEMPLATES),
    Check(check_slots, reads=_TEMPLATES),
)
