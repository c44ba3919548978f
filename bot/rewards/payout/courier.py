"""Goes to the payer with what is due and comes back with answers.

Everything that is begun is written before the way and everything that is heard after it, so the
courier may be lost at any step: the next one asks.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.core.clock import Clock
from bot.core.payouts import Answer, NoStatement, PayoutProvider, Silent
from bot.rewards.payout.lane import Errand, Report, Reported
from bot.rewards.payout.payouts import Payouts
from bot.rewards.payout.progress import Source, Step, is_in_time


@dataclass(frozen=True, slots=True)
class Courier:
    """One payer's courier."""

    payouts: Payouts
    payer: PayoutProvider
    clock: Clock

    async def run(self, now: datetime, *, may_send: bool) -> tuple[Reported, ...]:
        """Do what is due now, side by side; what came of it."""
        errands = await self.payouts.take_due(now, may_send=may_send)
        return tuple(await asyncio.gather(*[self._do(errand) for errand in errands]))

    async def fetch_statement(self, now: datetime) -> str | None:
        """Read the next statement that should be there.

        None when none is due; else why it could not be had, empty when it was read.
        """
        on_date = await self.payouts.read_due_statement(now)
        if on_date is None:
            return None
        found = await self.payer.read_statement(on_date)
        if isinstance(found, NoStatement):
            return found.reason or "no reason"
        await self.payouts.keep_statement(found, now)
        return ""

    async def _do(self, errand: Errand) -> Reported:
        number, asked_at = errand.payout.bill_no, self.clock.now()
        answer, source = await self._ask(errand)
        return await self.payouts.report(
            Report(number, answer, source, asked_at=asked_at, at=self.clock.now())
        )

    async def _ask(self, errand: Errand) -> tuple[Answer, Source]:
        payout = errand.payout
        match errand.step:
            case Step.SEND:
                if not is_in_time(payout, self.clock.now()):
                    return Silent("too late to send"), Source.SEND
                return await self.payer.send(payout.bill_no, payout.request), Source.SEND
            case Step.ASK:
                return await self.payer.ask(payout.bill_no), Source.ASK
            case Step.CANCEL:
                return await self.payer.cancel(payout.bill_no), Source.CANCEL
        assert_never(errand.step)
