"""How the persona calls somebody where it talks with him: by his tags, his level, or plainly."""

from dataclasses import dataclass

from bot.members.people import Choice
from bot.members.portrait import read_tags
from bot.persona.card import called
from bot.pipeline.context import Context
from bot.rewards.levels import Levels, rank_of
from bot.store.db import Store


@dataclass(frozen=True, slots=True)
class CallingNames:
    """Looks up what a card's forms of address depend on."""

    store: Store
    levels: Levels

    async def of(self, context: Context) -> str:
        """The member's name in the form that the group's persona has for him."""
        card, member = context.persona, context.member
        level, tags = "", frozenset[str]()
        if card.addressing.levels:
            life = await self.levels.read(member.member_id)
            level = rank_of(context.settings.rewards.levels, life.earned).level.name
        if card.addressing.tags and Choice.IMPERSONAL not in member.choices:
            held = await read_tags(self.store, member.member_id, context.now)
            tags = frozenset(tag.tag for tag in held)
        return called(card, member.name, level=level, tags=tags)
