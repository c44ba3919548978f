"""What campaigns need by the clock: their money comes and goes, seats move up, and it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.campaigns.funding import Level
from bot.campaigns.funds import Funds, Standing
from bot.campaigns.seat_lane import Sweep, Told
from bot.campaigns.seats import Seat, SeatTerms
from bot.campaigns.signups import Signups
from bot.core.messages import Outgoing, Text
from bot.handlers.campaigns.terms import begins, door_terms, moment_of, seat_terms, today_of
from bot.handlers.letters import owed_letter
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.pipeline.campaigns import Running, running_campaigns
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store


@dataclass(frozen=True, slots=True)
class CampaignJob:
    """Keeps accounts at their budgets, frees what is deserted, tells who has moved up.

    Each step looks for what is undone, so it may run too often and again after a crash.
    """

    store: Store
    funds: Funds
    signups: Signups
    roster: Roster
    voice: Voice
    live: HasSettings
    name: str = "campaigns"

    async def run(self, now: datetime) -> None:
        """Money first: who moves up may be promised something."""
        settings = self.live.current
        running = _by_key(settings, now)
        for level in await self._wrong_levels(running, now):
            await self.funds.level(level)
        for sweep in await self._sweeps(settings, running, now):
            await self.signups.sweep(sweep)
        await self._tell(settings, running, now)

    async def next_due(self, now: datetime) -> datetime | None:
        """At once while something is undone; else when the next day turns, if any campaign is."""
        settings = self.live.current
        if not settings.campaigns and not await self.funds.read_all():
            return None
        running = _by_key(settings, now)
        undone = (
            await self._wrong_levels(running, now)
            or await self._sweeps(settings, running, now)
            or await self.signups.read_untold()
        )
        if undone:
            return now
        if not settings.campaigns:
            return None
        return begins(settings, today_of(settings, now) + timedelta(days=1))

    async def _wrong_levels(self, running: Mapping[str, Running], now: datetime) -> list[Level]:
        """Accounts that do not hold what they should: budgets of what runs, of all else nothing."""
        standings = await self.funds.read_all()
        wanted = [Level(key, 0, 0, now) for key in standings if key not in running]
        for key, found in running.items():
            budget = found.file.budget
            wanted.append(Level(key, budget.points, budget.fen, now))
        return [
            level
            for level in wanted
            if not standings.get(level.campaign, Standing.empty(level.campaign)).fits(level)
        ]

    async def _sweeps(
        self, settings: Settings, running: Mapping[str, Running], now: datetime
    ) -> list[Sweep]:
        """Campaigns with a place of somebody who left, or with a free seat and a line."""
        sweeps = []
        for count in await self.signups.read_counts():
            terms = _terms(settings, running.get(count.campaign))
            moves = (
                terms is not None
                and count.waiting > 0
                and count.seated < terms.quota
                and now < terms.moves_until
            )
            if count.deserted or moves:
                sweeps.append(Sweep(count.campaign, now, terms))
        return sweeps

    async def _tell(
        self, settings: Settings, running: Mapping[str, Running], now: datetime
    ) -> None:
        for seat in await self.signups.read_untold():
            found = running.get(seat.campaign)
            letter = None if found is None else await self._letter(settings, found, seat)
            await post(self.store, [] if letter is None else [letter], now=now)
            await self.signups.mark_told(Told(seat.campaign, (seat.seat_id,), now))

    async def _letter(self, settings: Settings, running: Running, seat: Seat) -> Outgoing | None:
        """To him alone; where nobody may write to him, into the group, if remarks go there."""
        group, signup = settings.group(seat.group_key), running.file.signup
        if group is None or signup is None:
            return None
        text = self.voice.speaking_as(settings.persona_of(group)).say(
            "seat.moved",
            scope=f"group/{group.key}",
            name=await self.roster.read_name(seat.member_id),
            campaign=running.file.name,
            number=seat.number,
            at=moment_of(settings, door_terms(settings, running, signup).opens_at),
        )
        key = f"seat/{seat.seat_id}/moved"
        letter = await owed_letter(
            settings, self.roster, seat.member_id, key, Text(text), about=seat.group_key
        )
        place = settings.remark_place(group)
        if letter is None and place is not None:
            return Outgoing(key, *place, Text(text))
        return letter


def _by_key(settings: Settings, now: datetime) -> dict[str, Running]:
    today = today_of(settings, now)
    return {found.key: found for found in running_campaigns(settings, today)}


def _terms(settings: Settings, found: Running | None) -> SeatTerms | None:
    """What holds for the seats of a campaign that runs."""
    if found is None or found.file.signup is None:
        return None
    return seat_terms(settings, found, found.file.signup)
