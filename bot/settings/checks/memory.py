"""members.yaml, memory: what can be remembered is bounded, said of oneself, and used somewhere."""

from collections.abc import Iterator

from bot.core.text import fold
from bot.settings.checks.draft import Check, Draft, listed, repeated
from bot.settings.checks.screening import screen
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.memory import VALUE_SLOT, FactForm, FactType, Remark

FILE = "members.yaml"
TYPES: Path = ("memory", "types")
REMARKS: Path = ("memory", "remarks")


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Types have keys of their own, and so have the values of a type."""
    types = draft.members.memory.types
    for index, first in repeated(kind.key for kind in types):
        what = f"the same key as types[{first}]"
        yield Finding(FILE, (*TYPES, index, "key"), what, "give each type its own key")
    for place, kind in enumerate(types):
        for index, first in repeated(value.key for value in kind.values):
            path = (*TYPES, place, "values", index, "key")
            what = f"the same key as values[{first}]"
            yield Finding(FILE, path, what, "give each value its own key")


def check_phrases(draft: Draft) -> Iterator[Finding]:
    """A phrase says whose it is before the value, once; so does what is told back."""
    for place, kind in enumerate(draft.members.memory.types):
        for index, phrase in enumerate(kind.phrases):
            path = (*TYPES, place, "phrases", index)
            yield from _check_slot(path, phrase)
            if phrase.startswith(VALUE_SLOT):
                what = "a phrase that does not say whose it is"
                yield Finding(FILE, path, what, f"write 我是{VALUE_SLOT} or the like")
        yield from _check_slot((*TYPES, place, "told"), kind.told)


def check_values(draft: Draft) -> Iterator[Finding]:
    """A listed type has values, a month has none, and a word means one value."""
    for place, kind in enumerate(draft.members.memory.types):
        path = (*TYPES, place)
        if kind.form is FactForm.MONTH and kind.values:
            instead = "remove values, or write form: listed"
            yield Finding(FILE, (*path, "values"), "a month has no values", instead, "key")
        if kind.form is FactForm.LISTED and not kind.values:
            what = "a type of which nothing can be said"
            yield Finding(FILE, path, what, "add values:, or write form: month", "key")
        yield from _check_words(kind, path)


def check_remarks(draft: Draft) -> Iterator[Finding]:
    """A remark is for facts and answers that exist."""
    types = {kind.key: kind for kind in draft.members.memory.types}
    for index, remark in enumerate(draft.members.memory.remarks):
        path = (*REMARKS, index)
        kind = types.get(remark.type)
        if kind is None:
            what = "there is no type with this key"
            yield Finding(FILE, (*path, "type"), what, nearest(remark.type, list(types)))
            continue
        yield from _check_remark_values(kind, remark, path)


def check_topics(draft: Draft) -> Iterator[Finding]:
    """Remarks are added to answers of the knowledge base."""
    known = [item.key for item in draft.knowledge]
    for index, remark in enumerate(draft.members.memory.remarks):
        for number, topic in enumerate(remark.topics):
            if topic not in known:
                path = (*REMARKS, index, "topics", number)
                what = "there is no file with this name in knowledge/"
                yield Finding(FILE, path, what, nearest(topic, known))


def check_texts(draft: Draft) -> Iterator[Finding]:
    """What is told back and what is remarked may be said."""
    memory = draft.members.memory
    told = [(FILE, (*TYPES, n, "told"), kind.told) for n, kind in enumerate(memory.types)]
    said = [(FILE, (*REMARKS, n, "text"), one.text) for n, one in enumerate(memory.remarks)]
    yield from screen(draft, [*told, *said])


def _check_slot(path: Path, text: str) -> Iterator[Finding]:
    if text.count(VALUE_SLOT) != 1 or "{" in text.replace(VALUE_SLOT, ""):
        instead = f"write {VALUE_SLOT} where the value is said, and no other braces"
        yield Finding(FILE, path, f"not one {VALUE_SLOT}", instead)


def _check_words(kind: FactType, path: Path) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for index, value in enumerate(kind.values):
        for word in (value.name, *value.also):
            owner = owners.setdefault(fold(word), value.key)
            if owner != value.key:
                what = f"{word} means {owner} already"
                yield Finding(FILE, (*path, "values", index), what, "choose another word", "key")


def _check_remark_values(kind: FactType, remark: Remark, path: Path) -> Iterator[Finding]:
    if kind.form is FactForm.MONTH:
        if remark.values:
            instead = "remove values: it is said in that month itself"
            yield Finding(FILE, (*path, "values"), "a month has no values", instead, "key")
        return
    known = [value.key for value in kind.values]
    if not remark.values:
        yield Finding(FILE, path, "a remark for no value", f"add values: {listed(known)}", "key")
    for index, value in enumerate(remark.values):
        if value not in known:
            what = f"type {kind.key} has no value with this key"
            yield Finding(FILE, (*path, "values", index), what, nearest(value, known))


_MEMORY = frozenset({"members.memory"})

CHECKS = (
    Check(check_keys, reads=_MEMORY),
    Check(check_phrases, reads=_MEMORY),
    Check(check_values, reads=_MEMORY),
    Check(check_remarks, reads=_MEMORY),
    Check(check_topics, reads=_MEMORY),
    Check(check_texts, reads=_MEMORY, whole=frozenset({"persona.screening", "persona.tone"})),
)
