"""Gifts and their reversals, referrals that are taken back, and points that end, on paper."""

from collections.abc import Sequence
from typing import Any

from bot.core.errors import Insufficient
from bot.core.ids import MemberId
from bot.rewards.ledger.expiry import _End, _end_lots
from bot.rewards.ledger.lane import post, post_all
from bot.rewards.ledger.transfers import AccountKind, AccountRef, NotReversible, Reason, Transfer
from bot.store.connection import Connection
from tests.property.rewards_machine.area import (
    GROUPS,
    MEMBERS,
    Act,
    Lane,
    Pairs,
    World,
    pick,
    points_of,
)
from tests.unit.rewards.support import add_referral, clawback, rewards

ISSUANCE = AccountRef.issuance()
POOL = AccountRef.group_pool(GROUPS[1])

Item = tuple[Transfer, ...]


class Transfers:
    """What was given, and what of it was taken back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._given: dict[str, Transfer] = {}
        self._reversed: set[str] = set()
        self._friends: dict[int, tuple[Transfer, Transfer]] = {}
        self._clawed: set[int] = set()

    @property
    def lanes(self) -> list[Lane]:
        """In the order in which they write."""
        return [
            Lane(
                "ledger",
                post,
                self._transfer,
                self._posted,
                lambda item: item[0].key,
                lambda it: (
                    [(one.key, one.debit_balance, one.credit_balance) for one in it]
                    if isinstance(it, tuple)
                    else None
                ),
            ),
            Lane("referral", _refer, self._friend, self._referred),
            Lane("claw-back", _claw_back, self._unfriend, self._unreferred),
            Lane("points expiry", _end_lots, self._end, self._ended),
        ]

    def _transfer(self, act: Act) -> Item:
        """A gift, two gifts that come together, or a gift taken back."""
        key, amount = self._world.key("gift"), 1 + act.much % 25
        if act.which == 0 and self._given:
            original = pick(list(self._given.values()), act.much)
            return (
                self._move(key, original.credit, original.debit, original.amount, original.key),
            )
        giver = ISSUANCE if act.which < 4 else points_of(1 + act.which % MEMBERS)
        taker = points_of(act.who)
        if giver == taker:
            giver = ISSUANCE
        first = self._move(key, giver, taker, amount)
        if act.which % 2:
            return (first,)
        return (first, self._move(f"{key}/more", taker, POOL, amount // 2 + 1))

    def _move(
        self,
        key: str,
        giver: AccountRef,
        taker: AccountRef,
        amount: int,
        reverses: str | None = None,
    ) -> Transfer:
        return Transfer(
            key=key,
            debit=giver,
            credit=taker,
            amount=amount,
            reason=Reason.ADJUSTMENT,
            reference="a gift",
            actor="tester",
            at=self._world.now,
            reverses=reverses,
            expires_on=None if reverses else self._world.expires_on,
        )

    def _posted(self, pairs: Pairs) -> None:
        for item, answer in pairs:
            match answer:
                case Insufficient():
                    assert self._is_short(item)
                case NotReversible():
                    (asked,) = item
                    original = self._given[asked.reverses]
                    assert asked.reverses in self._reversed or original.reverses is not None
                case _:
                    assert not self._is_short(item)
                    for transfer in item:
                        self._book(transfer)

    def _is_short(self, item: Item) -> bool:
        has: dict[AccountRef, int] = {}
        for transfer in item:
            for ref, change in (
                (transfer.debit, -transfer.amount),
                (transfer.credit, transfer.amount),
            ):
                has[ref] = has.get(ref, self._world.books.has(ref)) + change
                if change < 0 and has[ref] < 0 and ref != ISSUANCE:
                    return True
        return False

    def _book(self, transfer: Transfer) -> None:
        self._given[transfer.key] = transfer
        giver, taker, amount = transfer.debit, transfer.credit, transfer.amount
        if transfer.reverses is None:
            self._world.books.move(
                giver, taker, amount, name=transfer.key, expires_on=transfer.expires_on
            )
            return
        assert transfer.reverses not in self._reversed
        assert self._given[transfer.reverses].reverses is None
        self._reversed.add(transfer.reverses)
        self._world.books.take_back(transfer.reverses, giver, taker, amount)

    def _friend(self, act: Act) -> tuple[int, int] | None:
        friend = 100 + act.much
        return None if friend in self._friends else (act.who, friend)

    def _referred(self, pairs: Pairs) -> None:
        for (inviter, friend), paid in pairs:
            if paid is None:  # the same friend twice in a batch
                assert friend in self._friends
                continue
            self._friends[friend] = paid
            for transfer in paid:
                self._world.books.move(
                    ISSUANCE, transfer.credit, transfer.amount, name=transfer.key
                )
            assert paid[0].credit == points_of(inviter)

    def _unfriend(self, act: Act) -> tuple[Transfer, Transfer] | None:
        friend = pick(list(self._friends), act.which)
        return None if friend is None else self._friends[friend]

    def _unreferred(self, pairs: Pairs) -> None:
        for paid, _ in pairs:
            friend = int(paid[1].credit.holder)
            if friend not in self._clawed:
                self._clawed.add(friend)
                for one in paid:
                    self._world.books.take_back(one.key, one.credit, ISSUANCE, one.amount)

    def _end(self, act: Act) -> _End:
        del act
        return _End(self._world.today, self._world.now)

    def _ended(self, pairs: Pairs) -> None:
        expired = AccountRef.house(AccountKind.EXPIRED)
        for item, members in pairs:
            ended = self._world.books.ended(item.today)
            assert members == len(ended)
            for ref, points in ended.items():
                self._world.books.move(ref, expired, points)

    def check(self, connection: Connection) -> None:
        """Nothing more than the books say."""
        del connection


def _refer(
    connection: Connection, items: Sequence[tuple[int, int]]
) -> list[tuple[Transfer, Transfer] | None]:
    """A friend who has come in earlier qualifies: both are paid."""
    answers: list[tuple[Transfer, Transfer] | None] = []
    for inviter, friend in items:
        known = "SELECT id FROM referral WHERE friend_id = ?"
        if connection.execute(known, (friend,)).fetchone() is not None:
            answers.append(None)
            continue
        paid = rewards(add_referral(connection, inviter, friend), inviter, friend)
        post_all(connection, [paid])
        answers.append(paid)
    return answers


def _claw_back(connection: Connection, items: Sequence[tuple[Transfer, Transfer]]) -> list[Any]:
    """The friend has left: both rewards are taken back, spent or not."""
    for paid in items:
        post_all(connection, [tuple(clawback(reward) for reward in paid)])
        friend = MemberId(int(paid[1].credit.holder))
        ended = "UPDATE referral SET state = 'reversed', ended_at = 2 WHERE friend_id = ?"
        connection.execute(ended, (friend,))
    return [None] * len(items)
