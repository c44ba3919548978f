"""The one voice: a template's variants, filled in, and none said again too soon.

"Too soon" is counted for each conversation and template: half of the variants are heard before one
comes back. What was said last is kept in the database with the next completed event, so that a
restart does not repeat it.
"""

import random
from collections import deque
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime

from bot.persona.hours import part_of_day
from bot.settings.policy import policy_of
from bot.settings.schema.persona import PersonaFile
from bot.settings.schema.templates import variant_key
from bot.settings.settings import HasSettings
from bot.store.db import Store
from bot.wording.repeating import starred

Changes = tuple[tuple[str, str, int], ...]
"""Rows (scope, template, variant) that are not in the database yet."""


class _Memory:
    """Which variants were said last, newest last, by conversation and template."""

    def __init__(self) -> None:
        self.said: dict[tuple[str, str], deque[int]] = {}
        self.changed: set[tuple[str, str]] = set()

    def pick(self, name: tuple[str, str], count: int, rng: random.Random) -> int:
        """One of ``count`` variants, not one of those that were said last."""
        if count == 1:
            return 0
        recent = self.said.setdefault(name, deque())
        while len(recent) > count // 2:
            recent.popleft()
        choice = rng.choice([index for index in range(count) if index not in recent])
        recent.append(choice)
        self.changed.add(name)
        return choice


class Voice:
    """Says what the configuration tells it to, in varied words: as the main persona, unless told.

    Made once; ``speaking_as`` gives the same voice in another persona's words.
    """

    def __init__(self, live: HasSettings, rng: random.Random) -> None:
        self._live = live
        self._rng = rng
        self._memory = _Memory()
        self._persona: PersonaFile | None = None
        self._local: datetime | None = None

    def speaking_as(self, persona: PersonaFile, *, local: datetime | None = None) -> "Voice":
        """This voice in the words of ``persona``, at the time of day ``local`` if it is given."""
        view = copy(self)
        view._persona = persona
        view._local = local
        return view

    async def recall(self, store: Store) -> None:
        """Read what was said last before the program stopped."""
        for row in await store.read("SELECT scope, template, variant FROM last_variant"):
            self._memory.said[row["scope"], row["template"]] = deque([row["variant"]])

    def say(self, template: str, /, *, scope: str, **slots: object) -> str:
        """The text of ``template`` with its slots filled in.

        ``scope`` names the conversation within which repetition would be noticed. Templates and
        slots were checked when the configuration was loaded, so a KeyError here is a defect.
        """
        return self.choose(template, self._variants(template), scope=scope, **slots)

    def choose(self, topic: str, variants: Sequence[str], /, *, scope: str, **slots: object) -> str:
        """One of ``variants``, which are known as ``topic``, with its slots filled in."""
        index = self._memory.pick((scope, topic), len(variants), self._rng)
        return variants[index].format(**self._repeatable(slots))

    def _repeatable(self, slots: Mapping[str, object]) -> dict[str, object]:
        """``slots``, with stars where a name or a wish of others says what we may not."""
        policy = policy_of(self._live.current, self._persona)
        return {
            name: starred(value, policy) if isinstance(value, str) else value
            for name, value in slots.items()
        }

    def take_changes(self) -> Changes:
        """What was said since the last call, for the database."""
        memory = self._memory
        changes = tuple((*name, memory.said[name][-1]) for name in sorted(memory.changed))
        memory.changed.clear()
        return changes

    def _variants(self, template: str) -> tuple[str, ...]:
        """What can be said now: the variants for any time, and those for this one."""
        persona = self._persona or self._live.current.persona
        always = persona.templates[template]
        if self._local is None:
            return always
        now = variant_key(template, part_of_day(self._local))
        return (*always, *persona.templates.get(now, ()))
