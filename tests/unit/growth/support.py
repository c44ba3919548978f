"""A small town for the tests of referrals: people join, act, enter codes, leave; time passes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from bot.core.clock import ManualClock
from bot.core.ids import EventKey, GroupKey, MemberId, UserId
from bot.growth.invites import Invites
from bot.growth.referrals import CodeEntry, EntryVerdict
from bot.members.lane import record_interactions
from bot.members.people import Interaction, PersonRef
from bot.members.roster import Move, MoveKind, Roster
from bot.rewards.ledger.ledger import AccountRef, Ledger, Reason, Transfer
from bot.rewards.ledger.models import read_account_balance
from bot.settings.schema.members import Act
from bot.settings.schema.rewards import Referral, RewardsFile
from bot.store.connection import Connection
from bot.store.db import Store
from tests.support.books import assert_stored_books_are_right
from tests.support.brand import brand
from tests.support.events import GROUP, HOUR, NOW, REALM, SECOND

ZONE = brand().zone


def write_acts(connection: Connection, items: Sequence[Interaction]) -> list[None]:
    """A lane that keeps what people did, as the end of an event does."""
    record_interactions(connection, items)
    return [None] * len(items)


class Town:
    """Everything at the hour of ``clock``."""

    def __init__(self, store: Store, **rules: int) -> None:
        self.store = store
        self.clock = ManualClock(NOW)
        self.rules = RewardsFile(referral=Referral(**rules))
        self.roster = Roster(store)
        self.invites = Invites(store, random.Random(7))
        self.ledger = Ledger(store)
        self._acts = store.lane("acts", write_acts)
        self._keys = count(1)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def key(self) -> EventKey:
        return EventKey(f"event/{next(self._keys)}")

    def wait(self, by: timedelta) -> None:
        self.clock.advance(by)

    async def join(self, user: str, group: str = GROUP) -> MemberId:
        return await self._move(MoveKind.JOINED, user, group)

    async def found(self, user: str, group: str = GROUP) -> MemberId:
        return await self._move(MoveKind.FOUND, user, group)

    async def leave(self, user: str, group: str = GROUP) -> MemberId:
        """What the handler of a leaving does."""
        member_id = await self._move(MoveKind.LEFT, user, group)
        await self.invites.left(member_id, GroupKey(group), self.now, self.rules)
        return member_id

    async def _move(self, kind: MoveKind, user: str, group: str) -> MemberId:
        person = PersonRef(REALM, UserId(user))
        moved = await self.roster.move(Move(kind, person, GroupKey(group), self.now))
        return moved.member_id

    async def act(self, member_id: MemberId, act: Act = Act.MESSAGE, key: str = "") -> None:
        event_key = EventKey(key) if key else self.key()
        await self._acts.submit(Interaction(member_id, GROUP, act, self.now, event_key))

    async def code(self, member_id: MemberId) -> str:
        return await self.invites.code_of(member_id, self.now)

    async def enter(
        self,
        friend_id: MemberId,
        code: str,
        *,
        group: str = GROUP,
        staff: bool = False,
        key: str = "",
    ) -> EntryVerdict:
        rules = self.rules.referral
        return await self.invites.enter(
            CodeEntry(
                event_key=EventKey(key) if key else self.key(),
                friend_id=friend_id,
                staff=staff,
                group_key=GroupKey(group),
                code=code,
                now=self.now,
                code_minutes=rules.code_minutes,
                qualify_hours=rules.qualify_hours,
                hold_joins_a_minute=rules.hold_joins_a_minute,
                hold_joins_an_hour=rules.hold_joins_an_hour,
            )
        )

    async def settle(self) -> int:
        return await self.invites.settle(self.now, self.rules, ZONE)

    async def points(self, member_id: MemberId) -> int:
        assert_stored_books_are_right(self.store)
        return await read_account_balance(AccountRef.member(member_id))

    async def spend(self, member_id: MemberId, points: int) -> None:
        await self._adjust(AccountRef.member(member_id), AccountRef.issuance(), points)

    async def earn(self, member_id: MemberId, points: int) -> None:
        await self._adjust(AccountRef.issuance(), AccountRef.member(member_id), points)

    async def _adjust(self, debit: AccountRef, credit: AccountRef, points: int) -> None:
        await self.ledger.transfer(
            Transfer(
                key=f"adjustment/{self.key()}",
                debit=debit,
                credit=credit,
                amount=points,
                reason=Reason.ADJUSTMENT,
                reference="a test",
                actor="ayun",
                at=self.now,
            )
        )

    async def states(self) -> list[tuple[str, str]]:
        """State and reason of every referral."""
        rows = await self.store.read("SELECT state, reason FROM referral ORDER BY id")
        return [(row["state"], row["reason"]) for row in rows]


@dataclass(frozen=True, slots=True)
class Pair:
    """An inviter and the friend whom he brought."""

    inviter: MemberId
    friend: MemberId


async def bring_friend(town: Town, friend: str = "yoyo", inviter: str = "xiaolu") -> Pair:
    """A friend joined, entered the inviter's code and said something."""
    inviter_id = await town.found(inviter)
    friend_id = await town.join(friend)
    await town.enter(friend_id, await town.code(inviter_id))
    town.wait(SECOND)
    await town.act(friend_id)
    return Pair(inviter_id, friend_id)


async def settled_pair(town: Town) -> Pair:
    """A referral that was paid after the friend had stayed long enough."""
    pair = await bring_friend(town)
    town.wait(town.rules.referral.qualify_hours * HOUR)
    assert await town.settle() == 1
    return pair
