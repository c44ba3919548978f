"""What an act earns its member, and the news of a new level with his next answer."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.core.messages import Text
from bot.persona.voice import Voice
from bot.pipeline.campaigns import boosts_in
from bot.pipeline.context import Context, Ending, Reply
from bot.pipeline.dispatch import group_of
from bot.rewards.boosts import NO_BOOSTS
from bot.rewards.days import community_date
from bot.rewards.earning.rules import EarningWish, match_earnings
from bot.rewards.levels import Levels, LevelTold, rank_of
from bot.settings.schema.commands import CommandName
from bot.settings.schema.members import Act

NEWS_WITH: Final = frozenset(
    {CommandName.CHECKIN, CommandName.POINTS, CommandName.STATEMENT, CommandName.CLAIM}
)
"""Commands about points: only their answers carry news, so no other answer waits for a look."""


class Merits:
    """Looks at handled events; what it finds is written with their end."""

    def __init__(self, levels: Levels, voice: Voice, rng: random.Random) -> None:
        self._levels = levels
        self._voice = voice
        self._rng = rng

    def wishes(self, context: Context, acts: Sequence[Act]) -> tuple[EarningWish, ...]:
        """What ``acts`` may earn: those of members of our groups who are neither blocked nor us."""
        event, member, settings = context.event, context.member, context.settings
        if member.blocked or not member.in_group or event.user_id in settings.bot.own_user_ids:
            return ()
        if context.is_of_group and group_of(settings, event) is None:
            return ()
        group_key = context.group_key if context.is_of_group else None
        today = community_date(event.at, settings.zone, settings.rewards.day_starts_at)
        return match_earnings(
            settings.rewards,
            member_id=member.member_id,
            acts=acts,
            text=event.text,
            group_key=group_key,
            event_key=event.key,
            at=event.at,
            zone=settings.zone,
            rng=self._rng,
            boosts=NO_BOOSTS if group_key is None else boosts_in(settings, group_key, today),
        )

    async def with_news(
        self, context: Context, outcome: Ending
    ) -> tuple[Ending, tuple[LevelTold, ...]]:
        """The outcome, its words followed by a level that the member was not told of yet."""
        levels = context.settings.rewards.levels
        if context.invocation is None or context.invocation.name not in NEWS_WITH:
            return outcome, ()
        if not isinstance(outcome, Reply) or not isinstance(outcome.answer, Text):
            return outcome, ()
        if len(levels) == 1:
            return outcome, ()
        member = context.member
        life = await self._levels.read(member.member_id)
        rank = rank_of(levels, life.earned)
        if rank.place <= life.told_level:
            return outcome, ()
        news = self._voice.speaking_as(context.persona).say(
            "level.reached",
            scope=context.scope,
            name=member.name,
            level=rank.level.name,
            earned=life.earned,
        )
        answer = Text(f"{outcome.answer.text}\n{news}")
        return replace(outcome, answer=answer), (LevelTold(member.member_id, rank.place),)
