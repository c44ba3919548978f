"""A group of ten with its boards, and everything that counts on them, written as bare facts."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime

import pytest

from bot.core.ids import GroupKey, MemberId
from bot.rewards.audit.boards import BOARDS
from bot.rewards.boards.boards import Board, Boards, Due
from bot.rewards.boards.periods import Span, kept_at
from bot.rewards.ledger.lane import post_all
from bot.rewards.ledger.transfers import AccountRef, Reason, Transfer
from bot.settings.schema.rewards import RewardsFile
from bot.settings.schema.rewards.boards import Measure
from bot.store.connection import Connection, Value
from bot.store.db import Store
from bot.store.fields import to_micros
from tests.support.stores import look_into
from tests.unit.rewards.support import NOW, RULES, SHANGHAI

VIP = GroupKey("vip")
Work = Callable[[Connection], None]


class Stand:
    """Members 1 to 10 are in the group vip; 1 owns it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.boards = Boards(store)
        self._works = store.lane("facts", _work)

    async def open(self) -> None:
        """Bring the ten in."""
        for number in range(1, 11):
            await self.sql("INSERT INTO member (id, created_at) VALUES (?, 0)", number)
            await self.join(number)
        await self.sql("INSERT INTO appointment VALUES ('vip', 1, 'owner')")

    async def sql(self, statement: str, *values: Value) -> None:
        def write(connection: Connection) -> None:
            connection.execute(statement, values)

        await self._works.submit(write)

    async def join(self, number: int, group: str = "vip") -> None:
        await self.sql("INSERT INTO membership (group_key, member_id) VALUES (?, ?)", group, number)

    async def earn(
        self,
        number: int,
        points: int,
        at: datetime = NOW,
        reason: Reason = Reason.THANKS,
        reverses: str | None = None,
    ) -> str:
        """Points for a member; returns the transfer's key."""
        key = f"{reason}/{number}/{points}/{at.timestamp()}"
        giver, taker = AccountRef.issuance(), AccountRef.member(MemberId(number))
        if reverses is not None:
            giver, taker = taker, giver
        transfer = Transfer(key, giver, taker, points, reason, "a test", "tester", at, reverses)

        def write(connection: Connection) -> None:
            post_all(connection, [[transfer]])

        await self._works.submit(write)
        return key

    async def come(self, number: int, on_date: date, streak: int, **raised: Value) -> None:
        """A day of check-in, as bare as the board reads it."""
        row: dict[str, Value] = {"points": 10, "bonus": 0, **raised}
        row |= {"member_id": number, "on_date": on_date.isoformat(), "streak": streak}
        row["event_key"] = f"come/{number}/{on_date}"
        marks = ", ".join("?" * len(row))
        await self.sql(f"INSERT INTO checkin ({', '.join(row)}) VALUES ({marks})", *row.values())

    async def invite(self, number: int, friend: int, at: datetime, state: str = "settled") -> None:
        await self.sql(
            "INSERT INTO referral (friend_id, inviter_id, group_key, code, event_key, state,"
            " joined_at, entered_at, qualify_at, settled_at) VALUES (?, ?, 'vip', 'c', ?, ?,"
            " 0, 0, 0, ?)",
            friend, number, f"code-{friend}", state, to_micros(at),
        )  # fmt: skip

    async def read(
        self, span: Span, measure: Measure = Measure.POINTS, rules: RewardsFile = RULES,
        now: datetime = NOW,
    ) -> Board:  # fmt: skip
        return await self.boards.read(VIP, measure, span, now=now, rules=rules, zone=SHANGHAI)

    async def scores(self, span: Span, measure: Measure = Measure.POINTS) -> list[tuple[int, int]]:
        """Members and scores, the best first."""
        board = await self.read(span, measure)
        return [(place.member_id, place.score) for place in board.places]

    async def keep(self, span: Span, measure: Measure = Measure.POINTS) -> bool:
        due = Due(VIP, measure, span, kept_at(span, SHANGHAI, RULES))
        return await self.boards.keep(due, now=NOW, rules=RULES, zone=SHANGHAI)


def _work(connection: Connection, works: Sequence[Work]) -> list[None]:
    for work in works:
        work(connection)
    return [None] * len(works)


def complaints(connection: Connection) -> list[str]:
    """What the audit has against the kept boards."""
    return [row[0] for check in BOARDS for row in connection.execute(check.exceptions).fetchall()]


@pytest.fixture
async def stand(store: Store) -> AsyncIterator[Stand]:
    """With its ten members; what it kept is audited when the story is over."""
    stand = Stand(store)
    await stand.open()
    yield stand
    assert look_into(store, complaints) == []
