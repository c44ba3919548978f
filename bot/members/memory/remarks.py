"""What a remembered fact adds to an answer: at most one configured sentence. Pure.

Facts never make text. A remark is written by the operator for one fact and for named answers; it
is said where both are there, and the fact is not just being told anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.members.memory.recognition import Fact
from bot.settings.schema.memory import VALUE_SLOT, FactForm, FactType, MemoryRules


@dataclass(frozen=True, slots=True)
class Recalled:
    """``told`` is the fact as it is told back, ``text`` what is said because of it."""

    told: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact in the configuration's words."""

    name: str
    value: str


def choose_remark(
    rules: MemoryRules,
    facts: Iterable[Fact],
    *,
    topic: str,
    today: date,
    except_for: frozenset[str],
) -> Recalled | None:
    """The first remark for the answer ``topic`` (a knowledge key) that fits one of ``facts``.

    ``except_for`` are types that are not used: what the member speaks about in this very message.
    """
    held = {fact.type: fact.value for fact in facts if fact.type not in except_for}
    types = {kind.key: kind for kind in rules.types}
    for remark in rules.remarks:
        kind, value = types.get(remark.type), held.get(remark.type)
        if kind is None or value is None or topic not in remark.topics:
            continue
        wanted = (str(today.month),) if kind.form is FactForm.MONTH else remark.values
        if value in wanted:
            shown = show(rules, Fact(kind.key, value))
            return Recalled(kind.told.replace(VALUE_SLOT, shown.value), remark.text)
    return None


def show(rules: MemoryRules, fact: Fact) -> Shown:
    """How a fact is called; one that is not configured any more is shown by its keys."""
    kind = next((kind for kind in rules.types if kind.key == fact.type), None)
    if kind is None:
        return Shown(fact.type, fact.value)
    return Shown(kind.name, _name_of(kind, fact.value))


def _name_of(kind: FactType, value: str) -> str:
    if kind.form is FactForm.MONTH:
        return f"{value}{kind.unit}"
    return next((listed.name for listed in kind.values if listed.key == value), value)
