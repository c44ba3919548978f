"""Which facts a member states about himself. Pure; what is not certain is not a statement.

A phrase counts from the beginning of a clause only, in the first person that the configuration
writes, and not when it is asked, doubted or supposed. What comes out are keys of the
configuration and numbers of months: no word of the member leaves this module.

Tags (bot/members/tags.py) read the same sentences for another purpose: they are the brand's
guesses, counted over time and shown to owners. A fact is the member's own word, for his answers.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.caching import made_once
from bot.core.text import fold
from bot.settings.schema.memory import VALUE_SLOT, FactForm, FactType, MemoryRules

_CLAUSE_END: Final = re.compile(r"[,。.!;~…、\n]+")
_PARTICLES: Final = "的呀啊哦啦哈呢嘛哒 "
"""What may end a clause without changing it."""

_MONTHS: Final = ("", *"一二三四五六七八九十", "十一", "十二")
_MONTH: Final = f"(?:1[0-2]|0?[1-9]|十[一二]|[{''.join(_MONTHS[1:11])}])月"
_DAY: Final = r"(?:份|[0-9一二三十]{1,3}[日号])?"
"""May follow a month; it is not looked at."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is so. ``value`` is the key of a listed value, or a month from 1 to 12."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text states. ``whole`` tells that it says nothing else."""

    facts: tuple[Fact, ...]
    whole: bool


def read_facts(rules: MemoryRules, text: str) -> Reading:
    """The facts that ``text`` states about whoever said it, one of a type: the last one said."""
    return _recogniser(rules).read(text)


class _Recogniser:
    """The phrases of one configuration."""

    def __init__(self, rules: MemoryRules) -> None:
        self._never = [fold(word) for word in rules.never]
        self._doubts = tuple(fold(word) for word in rules.unless_followed_by)
        self._leads = _any_of(rules.leads)
        self._types = [(kind, _pattern(kind), _values(kind)) for kind in rules.types]

    def read(self, text: str) -> Reading:
        # a new line ends a clause, and folding makes a space of it
        folded = "\n".join(fold(line) for line in text.splitlines())
        if any(word in folded for word in self._never):
            return Reading((), whole=False)
        clauses = [self._without_leads(part.strip()) for part in _CLAUSE_END.split(folded)]
        found: dict[str, Fact] = {}
        whole = True
        for clause in filter(None, clauses):
            fact, rest = self._read_clause(clause)
            whole = whole and fact is not None and not rest
            if fact is not None:
                found[fact.type] = fact
        return Reading(tuple(found.values()), whole=whole and bool(found))

    def _read_clause(self, clause: str) -> tuple[Fact | None, str]:
        for kind, pattern, values in self._types:
            match = pattern.match(clause)
            if match is None:
                continue
            rest = clause[match.end() :].rstrip(_PARTICLES).lstrip()
            if rest.startswith((*self._doubts, "?")):
                return None, rest
            said = next(said for said in match.groups() if said is not None)
            value = str(_month(said)) if kind.form is FactForm.MONTH else values[said]
            return Fact(kind.key, value), rest
        return None, clause

    def _without_leads(self, clause: str) -> str:
        while (lead := self._leads.match(clause)) is not None and lead.end():
            clause = clause[lead.end() :].lstrip(" :")
        return clause


@made_once
def _recogniser(rules: MemoryRules) -> _Recogniser:
    return _Recogniser(rules)


def _pattern(kind: FactType) -> re.Pattern[str]:
    if kind.form is FactForm.MONTH:
        value = f"({_MONTH}){_DAY}"
    else:
        value = f"({_any_of(_values(kind)).pattern})"
    ways = [
        re.escape(fold(before)) + value + re.escape(fold(after))
        for phrase in _longest_first(kind.phrases)
        for before, _, after in [phrase.partition(VALUE_SLOT)]
    ]
    return re.compile("|".join(ways))


def _values(kind: FactType) -> dict[str, str]:
    """Every way to say a value, with its key."""
    return {fold(word): value.key for value in kind.values for word in (value.name, *value.also)}


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(fold(word)) for word in _longest_first(words)))


def _longest_first(words: Iterable[str]) -> Iterator[str]:
    yield from sorted(words, key=len, reverse=True)


def _month(said: str) -> int:
    number = said.removesuffix("月")
    return int(number) if number.isascii() else _MONTHS.index(number)
