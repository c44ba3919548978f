"""A customer group's day on a platform that loses, doubles and reorders: the end is the same.

The same scripted day happens twice, once on a faultless platform and once under the drill. Lists
are read once an hour during the day and once at its end.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.core.events import Conversation, Event, EventKind, Place, Receipt
from bot.core.ids import ChannelKey, EventKey, UserId
from bot.settings.schema.bot import Customer, Faults
from bot.settings.settings import Settings
from tests.scenario.town import Town, books_are_clean, town
from tests.support.settings import example_settings

GROUP = "friends"
EMPLOYEES = ("tangyuan", "ayun")
MEMBERS = 200
HAPPENINGS = 120
DRILL = Faults(
    seed=20261122,
    lost_percent=10,
    doubled_percent=10,
    reordered_percent=10,
    delay_seconds=30,
    http_error_percent=5,
    token_calls=50,
)


Books = dict[str, list[tuple[Any, ...]]]
"""What is true at the end of a day, by what it is about."""

DRILLED = ("lost", "doubled", "reordered", "delayed", "http_error", "token")


def crowded(faults: Faults) -> Settings:
    """The example brand with a customer group of 200 and lists that are read once an hour."""
    settings = example_settings()
    customers = tuple(
        Customer(
            user_id=f"wmFAN{number:05}",
            name=f"花友{number}",
            friend_of=EMPLOYEES[: number % 3],
        )
        for number in range(MEMBERS + 40)
    )
    simulator = settings.bot.simulator.model_copy(
        update={
            "customers": customers,
            "in_customer_group": (*EMPLOYEES, *(c.user_id for c in customers[: MEMBERS - 2])),
            "faults": faults,
        }
    )
    bot = settings.bot.model_copy(
        update={"simulator": simulator, "roster_sync_seconds": 3600, "contact_sync_seconds": 3600}
    )
    return replace(settings, bot=bot)


@dataclass(slots=True)
class Day:
    """The script: everything is drawn from one seed and from what it did before."""

    place: Town
    dice: random.Random
    inside: list[str]
    outside: list[str]
    ties: set[tuple[str, str]]
    codes: list[str]
    number: int = 0

    async def happen(self) -> None:
        """One thing, and some minutes until the next."""
        kind = self.dice.choices(
            ["join", "invited", "leave", "befriend", "unfriend", "tag", "act"],
            [20, 20, 15, 15, 10, 10, 25],
        )[0]
        await getattr(self, f"_{kind}")()
        await self.place.pass_time(seconds=self.dice.choice([1, 5, 40, 300, 900]))

    async def act(self, who: str, text: str) -> None:
        """What a visitor does on the group's page."""
        self.number += 1
        event = Event(
            key=EventKey(f"pages/{who}/{self.number}"),
            channel=ChannelKey("pages"),
            kind=EventKind.TEXT,
            conversation=Conversation(Place.PRIVATE, who),
            user_id=UserId(who),
            at=self.place.clock.now(),
            text=text,
            group=GROUP,
        )
        await self.place.app._traffic.reception.take(Receipt((event,)))
        await self.place.app._traffic.worker.idle()

    async def _join(self) -> None:
        await self._come({})

    async def _invited(self) -> None:
        if self.codes:
            await self._come({"way": self.dice.choice(self.codes)})

    async def _come(self, how: dict[str, str]) -> None:
        who = self.outside.pop(self.dice.randrange(len(self.outside)))
        self.inside.append(who)
        await self.place.call("POST", f"/groups/{GROUP}/members", {"user_id": who, **how})

    async def _leave(self) -> None:
        who = self.inside.pop(self.dice.randrange(len(self.inside)))
        self.outside.append(who)
        await self.place.call("DELETE", f"/groups/{GROUP}/members/{who}")

    async def _befriend(self) -> None:
        everybody = sorted([*self.inside, *self.outside])
        tie = (self.dice.choice(everybody), self.dice.choice(EMPLOYEES))
        if tie not in self.ties:
            self.ties.add(tie)
            path = f"/customers/{tie[0]}/friends"
            await self.place.call("POST", path, {"employee": tie[1]})

    async def _unfriend(self) -> None:
        who, employee = tie = self.dice.choice(sorted(self.ties))
        self.ties.remove(tie)
        by = self.dice.choice(["customer", "employee"])
        await self.place.call("DELETE", f"/customers/{who}/friends/{employee}?by={by}")

    async def _tag(self) -> None:
        who, employee = self.dice.choice(sorted(self.ties))
        tag = self.dice.choice(["油皮", "敏感肌", "干皮"])
        path = f"/customers/{who}/friends/{employee}"
        await self.place.call("PATCH", path, {"add_tags": [tag]})

    async def _act(self) -> None:
        await self.act(self.dice.choice(self.inside), self.dice.choice(["签到", "积分", "敏感肌"]))


async def live_through(place: Town) -> Books:
    """The day, its night, and what our books say then."""
    app = place.app
    looks = [app._traffic.looks.roster_sync.hurry, app._traffic.looks.contact_sync.hurry]
    settings = app.live.current
    people = [customer.user_id for customer in settings.bot.simulator.customers]
    ties = {
        (customer.user_id, employee)
        for customer in settings.bot.simulator.customers
        for employee in customer.friend_of
    }
    tags = [tag.name for tag in settings.members.tags]
    await place.call("POST", "/tags", {"group": "鱼塘", "tags": tags})
    day = Day(place, random.Random(4), people[: MEMBERS - 2], people[MEMBERS - 2 :], ties, [])
    for who in day.inside[:3]:
        await day.act(who, "邀请")
    rows = await app.store.read("SELECT code FROM invite_code ORDER BY member_id")
    day.codes = [row["code"] for row in rows]
    for job in (app._traffic.looks.roster_sync, app._traffic.looks.contact_sync):
        job.hurry = lambda: None  # type: ignore[method-assign]
    for _ in range(HAPPENINGS):
        await day.happen()
    await place.call("PUT", "/faults", {})
    for look in looks:
        look()
    await place.pass_time(minutes=2)
    for who in sorted(day.inside)[::3]:
        await day.act(who, "签到")
    for look in looks:
        look()
    await place.pass_time(hours=30)
    await books_are_clean(place)
    return await read_books(place)


async def read_books(place: Town) -> Books:
    """Who is there since when, who is whose friend, and what hangs on it."""
    read = place.app.store.read
    realm = place.app.live.current.bot.channels["app"].corp_id  # type: ignore[union-attr]
    who = "(SELECT user_id FROM identity WHERE realm = ? AND member_id = {} LIMIT 1)"
    queries = {
        "present": f"SELECT {who.format('m.member_id')} AS who, joined_at FROM membership AS m"
        f" WHERE group_key = '{GROUP}' AND left_at IS NULL",
        "ties": f"SELECT {who.format('t.member_id')} AS who, employee, since FROM tie AS t"
        " WHERE until IS NULL",
        "tags": f"SELECT {who.format('t.member_id')} AS who, tag, source FROM member_tag AS t",
        "balances": f"SELECT {who.format('CAST(a.holder AS INTEGER)')} AS who, balance"
        " FROM account AS a WHERE kind = 'member' AND balance <> 0",
        "referrals": f"SELECT {who.format('r.friend_id')} AS who,"
        f" {who.format('r.inviter_id')} AS inviter, r.state FROM referral AS r"
        " WHERE EXISTS (SELECT 1 FROM membership AS m WHERE m.member_id = r.friend_id"
        f" AND m.group_key = '{GROUP}' AND m.left_at IS NULL)",
    }
    books: Books = {}
    for name, query in queries.items():
        rows = await read(query, [realm] * query.count("?"))
        books[name] = sorted(tuple(row) for row in rows if row["who"])
    return books


@pytest.fixture(autouse=True)
def _no_logs() -> Iterator[None]:
    """A drill fails by the hundred; drawing each failure's story takes longer than the day."""
    with structlog.testing.capture_logs():
        yield


async def test_a_day_of_lost_doubled_and_reordered_events_ends_like_a_faultless_one(
    tmp_path: Path,
) -> None:
    async with town(tmp_path / "quiet", crowded(Faults())) as quiet:
        wanted = await live_through(quiet)
    async with town(tmp_path / "rough", crowded(DRILL)) as rough:
        found = await live_through(rough)
        happened = (await rough.call("GET", "/faults"))["happened"]

    assert {fault for fault in DRILLED if not happened.get(fault)} == set(), "a real drill"
    for name, truth in wanted.items():
        assert found[name] == truth, name
    assert len(wanted["present"]) >= MEMBERS // 2
    assert wanted["referrals"], "somebody was invited and stayed"
