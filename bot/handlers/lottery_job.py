"""The clock of lotteries: publishes, ends and draws them, and tells the groups with the proof."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.ids import GroupKey
from bot.core.messages import Outgoing, Text
from bot.handlers.lottery_words import (
    Say,
    mode_of,
    moment,
    page_of,
    price_of,
    prizes_of,
    say_in,
)
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.rewards.lottery.lotteries import Lotteries, Round, Told, Untold, Win
from bot.rewards.lottery.promises import Promises
from bot.settings.checks.plan import is_quiet
from bot.settings.pages import Pages
from bot.settings.schema.bot import Group
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store


@dataclass(frozen=True, slots=True)
class LotteryJob:
    """Runs with the ticker. Each of its steps is found done after a crash."""

    store: Store
    lotteries: Lotteries
    promises: Promises
    roster: Roster
    voice: Voice
    pages: Pages
    live: HasSettings
    name: str = "lotteries"

    async def run(self, now: datetime) -> None:
        """Publish what is new, end what is due, tell what has not been told."""
        settings = self.live.current
        await self.lotteries.settle(now, rules=settings.rewards, zone=settings.zone)
        groups = [GroupKey(group.key) for group in settings.bot.groups]
        for lottery in settings.rewards.lotteries:
            await self.lotteries.publish(lottery, groups=groups, now=now, zone=settings.zone)
        await self.promises.recall()
        if awake_at(settings, now) == now:
            await self._tell(settings, await self.lotteries.read_untold(now), now)

    async def next_due(self, now: datetime) -> datetime | None:
        """When a lottery starts or ends next, a claim lapses, or the quiet hours let it tell."""
        ends, news = await self.lotteries.next_end(), await self.lotteries.next_news()
        told = None if news is None else awake_at(self.live.current, max(news, now))
        return min((at for at in (ends, told) if at is not None), default=None)

    async def _tell(self, settings: Settings, untold: Untold, now: datetime) -> None:
        """How a round ended comes before the start of the next one."""
        for found in untold.ended:
            await self._post(settings, found, "ended", await self._ended(settings, found), now)
            await self.lotteries.mark_told(Told(now, ended=(found.lottery_id,)))
        for found in untold.started:
            await self._post(settings, found, "opened", await self._opened(settings, found), now)
            await self.lotteries.mark_told(Told(now, started=(found.lottery_id,)))
        for found, win in untold.second_winners:
            texts = await self._second(settings, found, win)
            await self._post(settings, found, f"second/{win.win_id}", texts, now)
            await self.lotteries.mark_told(Told(now, wins=(win.win_id,)))

    async def _post(
        self,
        settings: Settings,
        found: Round,
        what: str,
        texts: Sequence[tuple[Group, str]],
        now: datetime,
    ) -> None:
        outgoing = [
            Outgoing(f"lottery/{found.lottery_id}/{what}/{group.key}", *place, Text(text))
            for group, text in texts
            if (place := settings.remark_place(group)) is not None
        ]
        await post(self.store, outgoing, now=now)

    async def _opened(self, settings: Settings, found: Round) -> list[tuple[Group, str]]:
        texts = []
        for group in _groups(settings, found):
            voice = self.voice.speaking_as(settings.persona_of(group))
            say = say_in(voice, f"group/{group.key}")
            opened = say(
                "lottery.opened",
                title=found.terms.title,
                mode=mode_of(say, found),
                prizes=prizes_of(say, found),
                price=price_of(say, found),
                ends=moment(settings, found.terms.ends_at),
                digest=found.seed_hash,
            )
            texts.append((group, self._with_page(say, group, found, opened)))
        return texts

    async def _ended(self, settings: Settings, found: Round) -> list[tuple[Group, str]]:
        wins = await self.lotteries.read_wins(found)
        first = [win for win in wins if win.follows is None]
        names = {win.win_id: await self.roster.read_name(win.ticket.member_id) for win in first}
        texts = []
        for group in _groups(settings, found):
            voice = self.voice.speaking_as(settings.persona_of(group))
            say = say_in(voice, f"group/{group.key}")
            text = f"{_result(say, found, first, names)}\n{_proof(say, found)}"
            texts.append((group, self._with_page(say, group, found, text)))
        return texts

    async def _second(self, settings: Settings, found: Round, win: Win) -> list[tuple[Group, str]]:
        winner = await self.roster.read_name(win.ticket.member_id)
        until = moment(settings, win.claim_until or win.at)
        return [
            (
                group,
                self.voice.speaking_as(settings.persona_of(group)).say(
                    "lottery.second_winner",
                    scope=f"group/{group.key}",
                    title=found.terms.title,
                    prize=win.prize.name,
                    winner=winner,
                    until=until,
                ),
            )
            for group in _groups(settings, found)
        ]

    def _with_page(self, say: Say, group: Group, found: Round, text: str) -> str:
        url = page_of(self.pages, group, found)
        return f"{text}\n{say('lottery.page', url=url)}" if url else text


def awake_at(settings: Settings, now: datetime) -> datetime:
    """``now``, or in the quiet hours their end."""
    quiet, local = settings.calendar.quiet_hours, now.astimezone(settings.zone)
    if not is_quiet(local.time(), quiet.starts, quiet.ends):
        return now
    ends = datetime.combine(local.date(), quiet.ends, tzinfo=settings.zone)
    return (ends if ends > local else ends + timedelta(days=1)).astimezone(UTC)


def _groups(settings: Settings, found: Round) -> Iterable[Group]:
    """The groups of a round that are still configured."""
    return [group for group in settings.bot.groups if group.key in found.terms.groups]


def _result(say: Say, found: Round, wins: Sequence[Win], names: dict[int, str]) -> str:
    title = found.terms.title
    if not found.draws:
        return say("lottery.nobody", title=title)
    if not found.terms.mode.is_drawn_among_entrants:
        return say("lottery.ended", title=title, draws=found.draws, wins=len(wins))
    lines = []
    for prize in found.terms.real_prizes:
        winners = [names[win.win_id] for win in wins if win.prize.key == prize.key]
        if winners:
            lines.append(
                say(
                    "lottery.winner_line",
                    prize=prize.name,
                    names=say("list.comma").join(winners),
                )
            )
    return say("lottery.winners", title=title, entrants=found.draws, lines="\n".join(lines))


def _proof(say: Say, found: Round) -> str:
    return say(
        "lottery.proof",
        seed=found.seed,
        digest=found.seed_hash,
        entrants_digest=found.entrants_hash,
        number=found.lottery_id,
    )
