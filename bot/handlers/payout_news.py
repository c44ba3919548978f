"""The job of payouts: sends what is due, tells members and operators, compares with the statement.

What the payer says and cannot be true, and every difference between its statement and our books,
is logged, counted and told to the operators; no money moves by it.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.core.messages import Outgoing, Text
from bot.core.metrics import Metrics
from bot.handlers.letters import letters_to_operators, owed_letter
from bot.members.roster import Roster
from bot.outbox.enqueue import post
from bot.persona.voice import Voice
from bot.platforms.pay import CONFIRM_HOURS
from bot.rewards.payout.claims import ClaimLinks
from bot.rewards.payout.courier import Courier
from bot.rewards.payout.lane import Reported
from bot.rewards.payout.payout import Payout, PayoutState, in_yuan
from bot.rewards.payout.payouts import News, NewsKind, Payouts
from bot.rewards.payout.statements import Difference
from bot.settings.settings import HasSettings, Settings
from bot.store.db import Store

STATEMENT_PATIENCE: Final = timedelta(minutes=30)
"""Between two tries to get a statement that is not there."""


@dataclass(slots=True)
class PayoutJob:
    """``courier`` and ``links`` are None without a merchant in bot.yaml."""

    store: Store
    payouts: Payouts
    courier: Courier | None
    links: ClaimLinks | None
    roster: Roster
    voice: Voice
    live: HasSettings
    metrics: Metrics
    name: str = "payouts"
    _statement_from: datetime | None = field(default=None, init=False)
    """Not before: set when a statement could not be had."""

    async def run(self, now: datetime) -> None:
        """Send, ask, compare, then tell; what a crash left untold is told now."""
        settings = self.live.current
        if self.courier is not None:
            for reported in await self.courier.run(now, may_send=_may_send(settings)):
                await self.doubt(reported, now)
            await self._compare(self.courier, settings, now)
        for item in await self._news(now):
            await post(self.store, await self._messages(settings, item), now=now)
            await self.payouts.mark_told([item], now)
        await self._tell_pauses(settings, now)

    async def next_due(self, now: datetime) -> datetime | None:
        """When something is to be told, sent or asked for next, or a statement read."""
        if await self._news(now):
            return now
        if self.courier is None:
            return None
        due = await self.payouts.next_due(now, may_send=_may_send(self.live.current))
        statement = await self.payouts.read_next_statement(now)
        if self._statement_from is not None:
            statement = max(statement, self._statement_from)
        return min(statement, due) if due is not None else statement

    async def doubt(self, reported: Reported, now: datetime) -> None:
        """Say aloud what the payer told and cannot be true."""
        if not reported.doubt or reported.payout is None:
            return
        payout = reported.payout
        structlog.get_logger("payout").error(
            "the payer contradicts our books", payout=payout.payout_id, doubt=reported.doubt
        )
        self.metrics.payout_doubts.inc()
        text = self.voice.say(
            "payout.doubt", scope="payout", number=payout.payout_id, doubt=reported.doubt
        )
        key = f"payout/{payout.payout_id}/doubt"
        await post(self.store, letters_to_operators(self.live.current, key, Text(text)), now=now)

    async def _news(self, now: datetime) -> tuple[News, ...]:
        return await self.payouts.read_news(now, self.live.current.rewards.payout.remind_hours)

    async def _compare(self, courier: Courier, settings: Settings, now: datetime) -> None:
        if self._statement_from is not None and now < self._statement_from:
            return
        trouble = await courier.fetch_statement(now)
        if trouble is None:
            return
        if trouble:
            self._statement_from = now + STATEMENT_PATIENCE
            log = structlog.get_logger("payout")
            log.warning("no statement of the payer", reason=trouble)
            return
        self._statement_from = None
        differences = await self.payouts.read_differences(now)
        self.metrics.payout_differences.set(len(differences))
        for difference in differences:
            await self._tell_difference(settings, difference, now)

    async def _tell_difference(
        self, settings: Settings, difference: Difference, now: datetime
    ) -> None:
        ours, theirs = in_yuan(difference.ours), in_yuan(difference.theirs)
        number = difference.payout_id or "—"
        structlog.get_logger("payout").error(
            "the payer's statement differs", bill=difference.bill_no, ours=ours, theirs=theirs
        )
        text = self.voice.say(
            "payout.difference",
            scope="payout",
            number=number,
            bill=difference.bill_no,
            ours=ours,
            theirs=theirs,
        )
        day = now.astimezone(settings.zone).date().isoformat()
        key = f"payout/difference/{difference.bill_no}/{day}"
        await post(self.store, letters_to_operators(settings, key, Text(text)), now=now)

    async def _tell_pauses(self, settings: Settings, now: datetime) -> None:
        """Once a day for each cause; that we asked too often ends by itself."""
        day = now.astimezone(settings.zone).date().isoformat()
        for pause in await self.payouts.read_pauses(now):
            if pause.stop == "too_often":
                continue
            at = pause.until.astimezone(settings.zone)
            text = self.voice.say(
                f"payout.stopped_{pause.stop}", scope="payout", code=pause.code, at=f"{at:%H:%M}"
            )
            key = f"payout/pause/{pause.stop}/{day}"
            await post(self.store, letters_to_operators(settings, key, Text(text)), now=now)

    async def _messages(self, settings: Settings, news: News) -> list[Outgoing]:
        """To the member what is his, to the operators what waits for them."""
        payout = news.payout
        key = f"payout/{payout.payout_id}/{news.kind}"
        match news.kind:
            case NewsKind.ALARM:
                text = self._say("payout.stuck", payout)
                return letters_to_operators(settings, key, Text(text))
            case NewsKind.REMINDER:
                return await self._to_member(settings, payout, key, "payout.remind")
            case NewsKind.STATE if payout.state in (PayoutState.HELD, PayoutState.LISTED):
                name = await self.roster.read_name(payout.member_id)
                text = self._say(f"payout.told_{payout.state}", payout, member=name)
                return letters_to_operators(settings, f"{key}/{payout.state}", Text(text))
        template = f"payout.told_{payout.state}"
        return await self._to_member(settings, payout, f"{key}/{payout.state}", template)

    async def _to_member(
        self, settings: Settings, payout: Payout, key: str, template: str
    ) -> list[Outgoing]:
        """In private, where there is such a road; else 我的红包 tells him when he asks."""
        url = "" if self.links is None or not payout.package else self.links.url(payout)
        text = self._say(template, payout, url=url, hours=CONFIRM_HOURS)
        letter = await owed_letter(
            settings, self.roster, payout.member_id, key, Text(text), about=payout.group_key
        )
        return [] if letter is None else [letter]

    def _say(self, template: str, payout: Payout, **slots: object) -> str:
        return self.voice.say(
            template,
            scope=f"payout/{payout.member_id}",
            number=payout.payout_id,
            amount=in_yuan(payout.amount),
            **slots,
        )


def _may_send(settings: Settings) -> bool:
    return settings.rewards.payout.means == "wechat"
