"""The clock of games: hints, the next question, a word when nobody has one, and the end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.events import MediaKind
from bot.core.ids import ChannelKey
from bot.core.messages import Drawing, Message, Outgoing, Text
from bot.games.chain import Idioms
from bot.games.game import Game, GameKind, beat_due, next_beat
from bot.games.games import Games
from bot.games.wordbook import Wordbook
from bot.handlers.game_hours import quiet_until
from bot.handlers.game_words import GameSpeaker, is_fit
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.settings.schema.bot import Group
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

BEAT_LIFE: Final = timedelta(minutes=2)
"""A hint or a question that is not in the group by then says nothing any more."""

RESULT_LIFE: Final = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class GamesJob:
    """Runs with the ticker. What it did and has not told is found, and told, after a crash."""

    store: Store
    games: Games
    wordbook: Wordbook
    roster: Roster
    voice: Voice
    live: HasSettings
    name: str = "games"

    async def run(self, now: datetime) -> None:
        """Do what is due in each running game, then tell the groups."""
        rules = self.live.current.calendar.games
        for game in await self.games.read_running():
            if beat_due(game, rules, now) is not None:
                await self._beat(game, now)
        for game in await self.games.read_untold():
            if quiet_until(self.live.current, now) is None:
                await self._tell(game, now)

    async def next_due(self, now: datetime) -> datetime | None:
        """When something is due in a game next, or may be told."""
        settings = self.live.current
        due = [next_beat(game, settings.calendar.games) for game in await self.games.read_running()]
        if await self.games.read_untold():
            due.append(quiet_until(settings, now) or now)
        return min((at for at in due if at is not None), default=None)

    async def _beat(self, game: Game, now: datetime) -> None:
        settings = self.live.current
        group = settings.group(game.group_key)
        await self.games.beat(
            game,
            now=now,
            rules=settings.calendar.games,
            idioms=await self._idioms(game),
            fit=lambda word: group is not None and is_fit(settings, group, word),
        )

    async def _tell(self, game: Game, now: datetime) -> None:
        settings = self.live.current
        group = settings.group(game.group_key)
        place = None if group is None else settings.remark_place(group)
        if group is not None and place is not None:
            life = RESULT_LIFE if game.is_over else BEAT_LIFE
            key = f"game/{game.game_id}/{game.beat}"
            outgoing = [
                Outgoing(f"{key}{part}", *place, message, expires_at=now + life)
                for part, message in await self._messages(settings, group, game, now)
            ]
            await post(self.store, outgoing, now=now)
        await self.games.mark_told(game)

    async def _messages(
        self, settings: Settings, group: Group, game: Game, now: datetime
    ) -> list[tuple[str, Message]]:
        """What the group is told, each with the end of its key; a result in words and a picture."""
        local = now.astimezone(settings.zone)
        voice = self.voice.speaking_as(settings.persona_of(group), local=local)

        def say(template: str, **slots: object) -> str:
            return voice.say(template, scope=f"group/{group.key}", **slots)

        speaker = GameSpeaker(say, self.games, self.roster, settings)
        if not game.is_over:
            return [("", Text(await speaker.last_beat(game, await self._idioms(game))))]
        text = await speaker.result(game)
        picture = await speaker.picture(game)
        shows = MediaKind.IMAGE in settings.table(ChannelKey(group.posts.channel)).media
        if picture is None or not shows:
            return [("", Text(text))]
        return [("", Text(text)), ("/picture", Drawing(picture, text))]

    async def _idioms(self, game: Game) -> Idioms | None:
        if game.kind is not GameKind.CHAIN:
            return None
        words = await self.wordbook.read()
        return None if words is None else words.idioms
