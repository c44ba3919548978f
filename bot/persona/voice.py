"""The one voice: a template's variants, filled in, and never the same twice in a row.

"In a row" is counted for each conversation and template. What was said last is kept in the
database with the next completed event, so that a restart does not repeat it.
"""

import random

from bot.settings.settings import HasSettings
from bot.store.db import Store

Changes = tuple[tuple[str, str, int], ...]
"""Rows (scope, template, variant) that are not in the database yet."""


class Voice:
    """Says what the configuration tells it to, in varied words."""

    def __init__(self, live: HasSettings, rng: random.Random) -> None:
        self._live = live
        self._rng = rng
        self._last: dict[tuple[str, str], int] = {}
        self._changed: set[tuple[str, str]] = set()

    async def recall(self, store: Store) -> None:
        """Read what was said last before the program stopped."""
        for row in await store.read("SELECT scope, template, variant FROM last_variant"):
            self._last[row["scope"], row["template"]] = row["variant"]

    def say(self, template: str, *, scope: str, **slots: object) -> str:
        """The text of ``template`` with its slots filled in.

        ``scope`` names the conversation within which repetition would be noticed. Templates and
        slots were checked when the configuration was loaded, so a KeyError here is a defect.
        """
        variants = self._live.current.persona.templates[template]
        index = self._pick(scope, template, len(variants))
        return variants[index].format(**slots)

    def take_changes(self) -> Changes:
        """What was said since the last call, for the database."""
        changes = tuple((*name, self._last[name]) for name in sorted(self._changed))
        self._changed.clear()
        return changes

    def _pick(self, scope: str, template: str, count: int) -> int:
        if count == 1:
            return 0
        name = (scope, template)
        last = self._last.get(name)
        choices = [index for index in range(count) if index != last]
        self._last[name] = self._rng.choice(choices)
        self._changed.add(name)
        return self._last[name]
