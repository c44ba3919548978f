"""A trial of a filter on ordinary text: how often it would be wrong, and because of which words.

Ordinary text holds nothing to refuse, so whatever is found in it is a false alarm.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.wording import links, private
from bot.wording.folding import fold
from bot.wording.ordinary import Bundle
from bot.wording.policy import Policy
from bot.wording.review import RULES, review
from bot.wording.rule import Grade, Origin
from bot.wording.words import WordList

FIT: Final = 0.003
"""A filter that stops at most so much of ordinary text may stop texts by itself."""

Finder = Callable[[str], Iterable[str]]
"""The names of what is found in a line."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """A word, the number of ordinary lines that it stops, and some of them."""

    name: str
    lines: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of a source is stopped."""

    source: str
    lines: int
    stopped: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.stopped / self.lines if self.lines else 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What came out. ``culprits`` begin with the worst.

    ``to_drop`` is how many of them must go until the rest is fit; what is left stops ``remaining``
    lines.
    """

    rates: tuple[Rate, ...]
    culprits: tuple[Culprit, ...]
    to_drop: int
    remaining: int

    @property
    def total(self) -> Rate:
        """All sources together."""
        lines, stopped = sum(r.lines for r in self.rates), sum(r.stopped for r in self.rates)
        return Rate("all", lines, stopped)


def try_out(finder: Finder, bundles: Sequence[Bundle], *, examples: int = 3) -> Trial:
    """Run ``finder`` over every line of ``bundles``; keep so many examples a word."""
    rates: list[Rate] = []
    alarms: list[frozenset[str]] = []
    shown: defaultdict[str, list[str]] = defaultdict(list)
    for bundle in bundles:
        before = len(alarms)
        for line in bundle.lines:
            names = frozenset(finder(line))
            for name in names:
                if len(shown[name]) < examples and line not in shown[name]:
                    shown[name].append(line)
            if names:
                alarms.append(names)
        rates.append(Rate(bundle.name, len(bundle.lines), len(alarms) - before))
    counts: defaultdict[str, int] = defaultdict(int)
    for names in alarms:
        for name in names:
            counts[name] += 1
    order = sorted(counts, key=lambda name: (-counts[name], name))
    culprits = tuple(Culprit(name, counts[name], tuple(shown[name])) for name in order)
    most = int(FIT * sum(rate.lines for rate in rates))
    to_drop, remaining = _drop_until_fit(order, alarms, most)
    return Trial(tuple(rates), culprits, to_drop, remaining)


def finder_of(words: Iterable[str]) -> Finder:
    """Finds the words of a list."""
    wanted = WordList(words)
    return lambda line: {word for word, _ in wanted.spans(fold(line))}


def finder_of_rules(grade: Grade) -> Finder:
    """Finds what the built-in rules of this grade are about, by its words and the rule's key."""
    rules = [rule for rule in RULES if rule.grade is grade]

    def find(line: str) -> Iterator[str]:
        plain = fold(line)
        for rule in rules:
            for match in rule.compiled.finditer(plain):
                yield f"{match[0]} ({rule.key})"

    return find


def find_private(line: str) -> Iterator[str]:
    """Private data and links in a line. They are there; these are no false alarms."""
    for finding in review(line, Policy(), origin=Origin.POST):
        if finding.why in (private.WHY, links.WHY):
            yield finding.what


def _drop_until_fit(
    order: Sequence[str], alarms: Sequence[frozenset[str]], most: int
) -> tuple[int, int]:
    """How many of the worst words must go until ``most`` alarms are left, and how many are."""
    rank = {name: number for number, name in enumerate(order)}
    # An alarm is silent once the last of its words, in the order of dropping, has gone.
    ends = sorted((max(rank[name] for name in names) for names in alarms), reverse=True)
    if len(ends) <= most:
        return 0, len(ends)
    dropped = ends[most] + 1
    return dropped, sum(end >= dropped for end in ends)
