"""One of several processes that do the same thing to one database at the same moment.

Started by ``test_two_processes.py``: ``python -m tests.fault.racer WHAT ADDRESS DIRECTORY``. It
says "ready", waits for a line, does it, and prints what it did as JSON.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from bot.core.clock import ManualClock
from bot.core.errors import Insufficient
from bot.core.ids import MemberId
from bot.core.metrics import Metrics
from bot.core.ports import Rate
from bot.outbox.worker import OutboxWorker
from bot.pipeline.inbox import Arrival, Inbox
from bot.rewards.ledger.ledger import AccountRef, Ledger, Reason, Transfer
from bot.store.db import Store
from bot.tables import MODELS
from tests.support.events import GROUP, NOW, REALM, ROBOT, make_event
from tests.support.senders import FakeSender, capabilities
from tests.unit.schedules.support import EVENING, START, Live, publisher, settings

LIMIT: Final = 20
"""Sends that the channel allows."""

EVENTS: Final = 60
PEOPLE: Final = 8
PAYMENTS: Final = 150

Did = list[int] | list[str]


async def publish(store: Store) -> Did:
    """Decide the slots of an evening."""
    ours = publisher(store, Live(settings()))
    return [await ours.run(START), await ours.run(EVENING)]


async def send(store: Store) -> Did:
    """Send whatever is due, within the channel's limit."""
    clock = ManualClock(NOW)
    sender = FakeSender(ROBOT, clock, capabilities(rates=[Rate(LIMIT, 3600, per_chat=False)]))
    worker = OutboxWorker(
        store=store, senders={ROBOT: sender}, clock=clock, refuses=lambda _: "", metrics=Metrics()
    )
    await worker.send_due()
    return sender.keys


async def take_in(store: Store) -> Did:
    """Take in the events that every process is brought; which of them were new here."""
    inbox = Inbox(store)
    arrivals = [
        Arrival(make_event(key=f"event/{number}"), REALM, GROUP, present=True, now=NOW)
        for number in range(EVENTS)
    ]
    accepted = await asyncio.gather(*[inbox.accept(arrival) for arrival in arrivals])
    return [str(one.event.key) for one in accepted if one.fresh]


async def pay(store: Store) -> Did:
    """Post the payments that every process is told of, back and forth between the same people.

    Every third one comes from the issuance.
    """
    ledger = Ledger(store)

    async def post(number: int) -> bool:
        try:
            posted = await ledger.transfer(_payment(number))
        except Insufficient:
            return False
        return not posted.replayed

    done = await asyncio.gather(*[post(number) for number in range(PAYMENTS)])
    return [number for number, new in enumerate(done) if new]


def _payment(number: int) -> Transfer:
    giver, taker = number % PEOPLE, (number * 3 + 1) % PEOPLE
    member = AccountRef.member(MemberId(giver + 1))
    return Transfer(
        key=f"pay/{number}",
        debit=member if number % 3 else AccountRef.issuance(),
        credit=AccountRef.member(MemberId(taker + 1)),
        amount=1,
        reason=Reason.ADJUSTMENT,
        reference="a race",
        actor="tester",
        at=NOW,
    )


RACES: Final[dict[str, Callable[[Store], Awaitable[Did]]]] = {
    "publish": publish,
    "send": send,
    "take in": take_in,
    "pay": pay,
}


async def main(what: str, address: str, directory: str) -> None:
    """Open the store, wait for the start, race."""
    store = Store(Path(directory), MODELS, address)
    await store.open()
    try:
        print("ready", flush=True)  # noqa: T201 (the test reads it)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        print(json.dumps(await RACES[what](store)), flush=True)  # noqa: T201 (the test reads it)
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
