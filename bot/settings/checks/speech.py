"""persona.yaml: every text the bot needs is there, varied, and fills in only what it is given."""

from collections.abc import Iterator
from string import Formatter

from bot.core.text import normalise
from bot.settings.checks.draft import Check, Draft, listed
from bot.settings.nearest import meant, nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.templates import TEMPLATES, TemplateShape

FILE = "persona.yaml"


def check_names(draft: Draft) -> Iterator[Finding]:
    """Every template of the product is there and no other."""
    given = draft.persona.templates
    absent = [name for name in TEMPLATES if name not in given]
    missing = [name for name in absent if draft.is_whole("persona", "templates", name)]
    unknown = [name for name in given if name not in TEMPLATES]
    misspelt = {meant(name, missing) for name in unknown}
    for name in missing:
        if name in misspelt:
            continue
        instead = f"add {name}: with {_variants(TEMPLATES[name])}"
        yield Finding(FILE, ("templates", name), "missing template", instead, "key")
    for name in unknown:
        instead = nearest(name, missing)
        yield Finding(FILE, ("templates", name), "unknown template", instead, "key")


def check_variants(draft: Draft) -> Iterator[Finding]:
    """What members hear often has several variants, all different."""
    for name, variants in draft.persona.templates.items():
        path: Path = ("templates", name)
        shape = TEMPLATES.get(name)
        whole = draft.is_whole("persona", "templates", name)
        if shape and whole and len(variants) < shape.variants:
            instead = f"write {_variants(shape)}"
            yield Finding(FILE, path, f"too few variants: {len(variants)}", instead, "key")
        seen: dict[str, int] = {}
        for index, text in enumerate(variants):
            first = seen.setdefault(normalise(text), index)
            if first != index:
                what = f"the same words as variant [{first}]"
                yield Finding(FILE, (*path, index), what, "write other words")


def check_slots(draft: Draft) -> Iterator[Finding]:
    """Braces hold names of the template's slots and nothing else."""
    for name, variants in draft.persona.templates.items():
        shape = TEMPLATES.get(name)
        if shape is None:
            continue
        for index, text in enumerate(variants):
            for what, instead in _slot_mistakes(text, shape):
                yield Finding(FILE, ("templates", name, index), what, instead)


def _slot_mistakes(text: str, shape: TemplateShape) -> Iterator[tuple[str, str]]:
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
