"""Bases for tests: that of the example brand, and small ones."""

from collections.abc import Sequence
from functools import cache

from bot.persona.knowledge.base import Entry, KnowledgeBase
from bot.persona.knowledge.shelf import build
from bot.settings.schema.knowledge import KnowledgeSettings
from tests.support.brand import brand


@cache
def example_base() -> KnowledgeBase:
    """The example brand's, with its own settings."""
    return build(brand().knowledge, brand().persona.knowledge)


def entry(key: str, question: str, *also: str) -> Entry:
    """An entry whose answer shares nothing with any question."""
    return Entry(key, question, also, "OK")


def base_of(*entries: Entry, same: Sequence[tuple[str, ...]] = ()) -> KnowledgeBase:
    """A base of these entries, with words that mean the same."""
    return KnowledgeBase(entries, KnowledgeSettings(same=tuple(same)))


def best_key(base: KnowledgeBase, question: str) -> str:
    """The key of the surest entry; empty when there is none."""
    best = base.search(question).best
    return best.entry.key if best else ""
