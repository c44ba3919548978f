"""A program that is made to be killed: all of rewards on one database, started in milliseconds.

``python -m tests.fault.kill_worker DIRECTORY [ADDRESS]`` loads everything once. For each line of
requests on its input it forks a child, which opens the store, answers all of them at once through
the program's own classes and writes each answer to the pipe as soon as it has it. Whoever reads
the pipe knows the child's process number and may end it at any moment.
"""

import asyncio
import json
import os
import random
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bot.core.errors import StoreError
from bot.core.ids import EventKey, GroupKey, LotteryId, MemberId, PacketId
from bot.rewards.checkin.checkins import CheckedIn, CheckIns
from bot.rewards.ledger.ledger import Ledger
from bot.rewards.lottery.lotteries import Drawn, Lotteries, QuizAnswer
from bot.rewards.packets.packets import Claimed, OpenedPacket, PacketKind, Packets, Terms
from bot.rewards.payout.payouts import Payouts
from bot.rewards.payout.requesting import Requested
from bot.rewards.redemption.fulfilment import Moved, Step
from bot.rewards.redemption.redemption import Redeemed, RedemptionId
from bot.rewards.redemption.redemptions import Redemptions
from bot.rewards.thanks import PeerThanks, Thanked
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store
from bot.tables import MODELS
from tests.unit.rewards.lottery.support import TEA
from tests.unit.rewards.redemption.support import ADVICE, SAMPLE
from tests.unit.rewards.support import NOW, SHANGHAI, gift, member

RULES: Final = RewardsFile.model_validate(
    {"points": {"expiry": "never"}, "payout": {"means": "slip", "member_times_a_day": 20}}
)
GOODS: Final = {goods.key: replace(goods, stock=100) for goods in (SAMPLE, ADVICE)}

TALKERS: Final = 16

Request = dict[str, Any]
"""``kind``, ``key``, ``member``, ``hour`` and what the kind needs beside."""

Given = tuple[list[Any], int]
"""What of an answer stays the same for ever (empty for a refusal), and what the members' points
have grown by."""

NOTHING: Final[Given] = ([], 0)


class House:
    """Everything that a member can meet."""

    def __init__(self, store: Store) -> None:
        rng = random.SystemRandom()
        self.ledger, self.check_ins, self.thanks = Ledger(store), CheckIns(store), PeerThanks(store)
        self.packets, self.lotteries = Packets(store, rng), Lotteries(store, rng)
        self.redemptions, self.payouts = Redemptions(store, rng), Payouts(store, rng)

    async def check_in(self, request: Request, common: dict[str, Any]) -> Given:
        answer = await self.check_ins.check_in(member_id=who(request), **common)
        if not isinstance(answer, CheckedIn) or answer.repeated:
            return NOTHING
        return [f"{answer.on_date}", answer.streak, answer.points], answer.points + answer.bonus

    async def open(self, request: Request, common: dict[str, Any]) -> Given:
        answer = await self.packets.open(
            group_key=GroupKey(request["group"]),
            owner_id=who(request),
            terms=Terms(PacketKind.LUCKY, 90, 20),
            **common,
        )
        return (
            ([answer.packet_id, answer.proof], 0) if isinstance(answer, OpenedPacket) else NOTHING
        )

    async def claim(self, request: Request, common: dict[str, Any]) -> Given:
        answer = await self.packets.claim(
            packet_id=PacketId(request["packet"]), member_id=who(request), joined_at=None, **common
        )
        if not isinstance(answer, Claimed):
            return NOTHING
        return [answer.amount, answer.position, answer.balance], answer.amount

    async def draw(self, request: Request, common: dict[str, Any]) -> Given:
        answer = await self.lotteries.draw(
            lottery_id=LotteryId(1),
            member_id=who(request),
            in_groups=[TEA],
            is_staff=False,
            is_blocked=False,
            answer=QuizAnswer.NONE,
            quiz_tries=1,
            **common,
        )
        if not isinstance(answer, Drawn):
            return NOTHING
        won = answer.win.prize if answer.win else None
        gain = won.amount if won is not None and won.kind.value == "points" else 0
        ticket = answer.draw.ticket
        return [ticket.position, ticket.number, won.key if won else ""], gain - answer.draw.fee

    async def redeem(self, request: Request, common: dict[str, Any]) -> Given:
        answer = await self.redemptions.redeem(
            member_id=who(request),
            group_key=TEA,
            goods=GOODS[request["goods"]],
            earned=0,
            **common,
        )
        if not isinstance(answer, Redeemed):
            return NOTHING
        bought = answer.redemption
        return [bought.redemption_id, bought.code or ""], -bought.points

    async def give_back(self, request: Request, common: dict[str, Any]) -> Given:
        answer = await self.redemptions.take_step(
            Step.GIVE_BACK,
            RedemptionId(request["redemption"]),
            actor="staff",
            restocks=True,
            **common,
        )
        if not isinstance(answer, Moved):
            return NOTHING
        return [str(answer.after.state)], answer.after.points

    async def thank(self, request: Request, common: dict[str, Any]) -> Given:
        rest = {name: value for name, value in common.items() if name != "rules"}
        answer = await self.thanks.thank(
            giver_id=who(request),
            receiver_id=MemberId(request["other"]),
            group_key=TEA,
            file=RULES,
            **rest,
        )
        if not isinstance(answer, Thanked):
            return NOTHING
        return [answer.points, answer.left_today], answer.points

    async def transfer(self, request: Request, common: dict[str, Any]) -> Given:
        del common
        amount = request["amount"]
        first, second = await self.ledger.transfer_many(
            [
                gift(request["key"], member(request["member"]), amount),
                gift(
                    f"{request['key']}/on", member(request["other"]), 1, member(request["member"])
                ),
            ]
        )
        return [first.transfer_id, second.transfer_id, second.debit_balance], amount

    async def payout(self, request: Request, common: dict[str, Any]) -> Given:
        answer = await self.payouts.request(
            member_id=who(request),
            group_key=TEA,
            amount=request["amount"],
            payee="openid",
            payer=None,
            **common,
        )
        return ([answer.payout_id, answer.amount], 0) if isinstance(answer, Requested) else NOTHING

    async def clock(self, request: Request, common: dict[str, Any]) -> Given:
        del request
        await self.packets.expire(common["now"])
        await self.lotteries.settle(common["now"], rules=RULES, zone=SHANGHAI)
        return NOTHING


def who(request: Request) -> MemberId:
    """Whose request it is."""
    return MemberId(request["member"])


async def answer_all(directory: Path, address: str, requests: list[Request]) -> None:
    """Answer everything; each talker waits for an answer before he goes on, as people do."""
    store = Store(directory, MODELS, address)
    await store.open()
    house = House(store)
    tell({"open": os.getpid()})

    async def answer(request: Request) -> None:
        common = {
            "key": EventKey(request["key"]),
            "now": NOW + timedelta(hours=request["hour"]),
            "rules": RULES,
            "zone": SHANGHAI,
        }
        act: Callable[..., Awaitable[Given]] = getattr(house, request["kind"])
        try:
            given, gain = await act(request, common)
        except StoreError as failure:  # what became of it is not known: it is asked again
            tell({"key": request["key"], "failure": str(failure)})
            return
        tell({"key": request["key"], "given": given, "gain": gain})

    async def answer_some(first: int) -> None:
        for request in requests[first::TALKERS]:
            await answer(request)

    await asyncio.gather(*map(answer_some, range(TALKERS)))
    await store.close()


def tell(line: dict[str, Any]) -> None:
    """Write one line. A pipe takes so little whole or not at all, wherever the writer is killed."""
    os.write(1, json.dumps(line).encode() + b"\n")


def main() -> None:
    """Fork a child for every line until the input ends."""
    directory, address = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            status = 1
            try:
                tell({"pid": os.getpid()})
                asyncio.run(answer_all(directory, address, json.loads(line)))
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        tell({"ended": os.waitstatus_to_exitcode(status)})


if __name__ == "__main__":
    main()
