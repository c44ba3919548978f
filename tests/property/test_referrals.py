"""Referrals as a machine: whatever people do in whatever order, the books and the rows agree.

The lanes' own functions run on a database in memory, each call in a transaction as a lane runs it.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.core.ids import EventKey, GroupKey, MemberId, UserId
from bot.growth.invites import day_began, give_codes
from bot.growth.lane import FriendLeft, SettleDue, enter_codes, friends_left, settle_due
from bot.growth.referrals import Accepted, Again, CodeEntry, Rejected, Rejection, draw_code
from bot.members.lane import record_interactions
from bot.members.people import Interaction, PersonRef
from bot.members.roster import Move, MoveKind, apply_moves
from bot.rewards.ledger.ledger import AccountRef, Reason, Transfer, post
from bot.settings.schema.members import Act
from bot.settings.schema.rewards import Referral, RewardsFile
from bot.store.connection import Connection, Row
from tests.support.books import assert_books_are_right
from tests.support.brand import brand
from tests.support.engines import examples
from tests.support.events import DAY, HOUR, MINUTE, NOW, REALM
from tests.support.stores import in_transaction, memory_database

T = TypeVar("T")

GROUPS = [GroupKey("pond"), GroupKey("lake")]
PEOPLE = [f"person{number}" for number in range(10)]
RULES = RewardsFile(
    referral=Referral(
        inviter_points=7, friend_points=3, most_a_day=2, most_a_month=4, hold_joins_a_minute=2
    )
)
ZONE = brand().zone

people = st.sampled_from(PEOPLE)
groups = st.sampled_from(GROUPS)


class Referrals(RuleBasedStateMachine):
    """People join, leave, act, spend and enter codes; the clock moves and the job runs."""

    database: Connection
    now: datetime

    @initialize()
    def begin(self) -> None:
        self.database = memory_database()
        self.now = NOW
        self.events = 0
        self.rng = random.Random(1)
        self.present: set[tuple[str, GroupKey]] = set()
        self.ever: dict[str, int] = {}
        self.codes: dict[str, str] = {}
        self.ids: dict[str, MemberId] = {}
        for user in PEOPLE[:2]:  # two were there before the bot
            self.move(MoveKind.FOUND, user, GROUPS[0])
            self.ask_for_code(user)

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()

    def lane(self, work: Callable[[Connection], T]) -> T:
        return in_transaction(self.database, lambda: work(self.database))

    def key(self) -> EventKey:
        self.events += 1
        return EventKey(f"event/{self.events}")

    def move(self, kind: MoveKind, user: str, group: GroupKey) -> MemberId:
        step = Move(kind, PersonRef(REALM, UserId(user)), group, self.now)
        (moved,) = self.lane(lambda connection: apply_moves(connection, [step]))
        if kind is MoveKind.LEFT:
            self.present.discard((user, group))
        elif (user, group) not in self.present:
            self.present.add((user, group))
            self.ever[user] = self.ever.get(user, 0) + 1
        self.ids[user] = moved.member_id
        return moved.member_id

    @rule(inviter=st.integers(0, 3), acts=st.booleans(), settles=st.booleans())
    def bring_a_new_friend(self, inviter: int, acts: bool, settles: bool) -> None:
        """The road that most invitations take; what follows may undo it."""
        fresh = next((user for user in PEOPLE if user not in self.ever), None)
        if fresh is None:
            return
        self.join(fresh, GROUPS[0])
        self.enter_code(fresh, GROUPS[0], inviter, 1)
        self.ask_for_code(fresh)
        if acts:
            self.act(fresh, Act.MESSAGE)
        if settles:
            self.wait(DAY)
            self.settle(1)

    @rule(user=people, group=groups)
    def join(self, user: str, group: GroupKey) -> None:
        self.move(MoveKind.JOINED, user, group)

    @rule(user=people, group=groups, times=st.integers(1, 2))
    def leave(self, user: str, group: GroupKey, times: int) -> None:
        member_id = self.move(MoveKind.LEFT, user, group)
        left = FriendLeft(member_id, group, self.now, RULES.referral.clawback_days)
        self.lane(lambda connection: friends_left(connection, [left] * times))

    @precondition(lambda self: self.rows())
    @rule(number=st.integers(0, 9), times=st.integers(1, 2), spends=st.booleans())
    def a_friend_leaves(self, number: int, times: int, spends: bool) -> None:
        rows = self.rows()
        row = rows[number % len(rows)]
        names = {member_id: user for user, member_id in self.ids.items()}
        if spends:
            self.spend(names[row["inviter_id"]], RULES.referral.inviter_points)
        self.leave(names[row["friend_id"]], GroupKey(row["group_key"]), times)

    @rule(user=people)
    def ask_for_code(self, user: str) -> None:
        member_id = self.ids.get(user)
        if member_id is None:
            return
        request = (member_id, draw_code(self.rng), self.now)
        (code,) = self.lane(lambda connection: give_codes(connection, [request]))
        assert code is not None
        assert self.codes.setdefault(user, code) == code

    @precondition(lambda self: self.codes)
    @rule(user=people, group=groups, number=st.integers(0, 10), times=st.integers(1, 2))
    def enter_code(self, user: str, group: GroupKey, number: int, times: int) -> None:
        member_id = self.ids.get(user)
        if member_id is None:
            return
        inviter = sorted(self.codes)[number % len(self.codes)]
        entry = CodeEntry(
            event_key=self.key(),
            friend_id=member_id,
            staff=False,
            group_key=group,
            code=self.codes[inviter],
            now=self.now,
            code_minutes=RULES.referral.code_minutes,
            qualify_hours=RULES.referral.qualify_hours,
            hold_joins_a_minute=RULES.referral.hold_joins_a_minute,
            hold_joins_an_hour=RULES.referral.hold_joins_an_hour,
        )
        had = self.row_of(member_id)
        verdicts = self.lane(lambda connection: enter_codes(connection, [entry] * times))
        assert verdicts == [verdicts[0]] * times
        match verdicts[0]:
            case Accepted():
                assert had is None
                assert inviter != user
                assert self.ever[user] == 1
                assert (user, group) in self.present
                assert any(name == inviter for name, _ in self.present)
                assert self.ids[inviter] not in self.line_below(member_id)
            case Again():
                assert had is not None
                assert verdicts[0].inviter_id == had["inviter_id"]
            case Rejected():
                assert had is None
                assert self.row_of(member_id) is None
                if verdicts[0].reason is Rejection.LOOP:
                    assert self.ids[inviter] in self.line_below(member_id)

    @rule(user=people, act=st.sampled_from([Act.MESSAGE, Act.CHECKIN, Act.COMMAND]))
    def act(self, user: str, act: Act) -> None:
        member_id = self.ids.get(user)
        if member_id is None:
            return
        done = Interaction(member_id, None, act, self.now, self.key())
        self.lane(lambda connection: record_interactions(connection, [done]))

    @rule(user=people, points=st.integers(1, 10))
    def spend(self, user: str, points: int) -> None:
        member_id = self.ids.get(user)
        if member_id is None:
            return
        before = self.balance(member_id)
        transfer = Transfer(
            key=f"spend/{self.key()}",
            debit=AccountRef.member(member_id),
            credit=AccountRef.issuance(),
            amount=points,
            reason=Reason.ADJUSTMENT,
            reference="a test",
            actor="ayun",
            at=self.now,
        )
        (answer,) = self.lane(lambda connection: post(connection, [[transfer]]))
        assert isinstance(answer, Exception) is (before < points)

    @rule(by=st.sampled_from([MINUTE, 29 * MINUTE, HOUR, DAY, 6 * DAY, 8 * DAY]))
    def wait(self, by: timedelta) -> None:
        self.now += by

    @rule(times=st.integers(1, 3))
    def settle(self, times: int) -> None:
        began = day_began(self.now, RULES, ZONE)
        item = SettleDue(
            self.now,
            began,
            began + timedelta(days=1),
            began.astimezone(ZONE).replace(day=1),
            RULES.referral,
        )
        paid = self.lane(lambda connection: settle_due(connection, [item] * times))
        assert paid[1:] == [0] * (times - 1)
        rows = self.database.execute(
            "SELECT inviter_id, count(*) AS n FROM referral WHERE settled_at >= ?"
            " GROUP BY inviter_id",
            (int(began.timestamp() * 1_000_000),),
        )
        assert all(row["n"] <= RULES.referral.most_a_day for row in rows)

    def rows(self) -> list[Row]:
        return self.database.execute("SELECT * FROM referral ORDER BY id").fetchall()

    def row_of(self, member_id: MemberId) -> Row:
        return self.database.execute(
            "SELECT * FROM referral WHERE friend_id = ?", (member_id,)
        ).fetchone()

    def line_below(self, member_id: MemberId) -> set[int]:
        """Everyone whom this member brought, and whom they brought, and so on."""
        rows = self.database.execute("SELECT inviter_id, friend_id FROM referral").fetchall()
        found, new = set[int](), {int(member_id)}
        while new:
            new = {row["friend_id"] for row in rows if row["inviter_id"] in new} - found
            found |= new
        return found

    def balance(self, member_id: MemberId) -> int:
        row = self.database.execute(
            "SELECT balance FROM account WHERE kind = 'member' AND holder = ?", (str(member_id),)
        ).fetchone()
        return 0 if row is None else int(row["balance"])

    @invariant()
    def the_books_are_right(self) -> None:
        assert_books_are_right(self.database)

    @invariant()
    def what_was_paid_is_what_is_settled(self) -> None:
        owed = self.database.execute(
            "SELECT coalesce(sum(inviter_points + friend_points), 0) FROM referral"
            " WHERE state = 'settled'"
        ).fetchone()[0]
        kept = self.database.execute(
            "SELECT coalesce(sum(CASE reason WHEN 'referral_clawback' THEN -amount"
            " ELSE amount END), 0) FROM transfer WHERE reason LIKE 'referral_%'"
        ).fetchone()[0]
        assert kept == owed

    @invariant()
    def nobody_has_two_inviters_and_nobody_is_below_himself(self) -> None:
        friends = [row["friend_id"] for row in self.database.execute("SELECT * FROM referral")]
        assert len(friends) == len(set(friends))
        for friend in friends:
            assert friend not in self.line_below(MemberId(friend))

    @invariant()
    def nobody_is_below_zero_but_by_what_was_taken_back(self) -> None:
        for row in self.database.execute(
            "SELECT a.balance, coalesce((SELECT sum(amount) FROM transfer AS t"
            " WHERE t.debit_account_id = a.id AND t.reason = 'referral_clawback'), 0) AS taken"
            " FROM account AS a WHERE a.kind = 'member'"
        ):
            assert row["balance"] + row["taken"] >= 0

    @invariant()
    def who_waits_or_is_paid_lately_is_still_there(self) -> None:
        names = {member_id: user for user, member_id in self.ids.items()}
        for row in self.database.execute(
            "SELECT * FROM referral WHERE state IN ('pending', 'held')"
        ):
            assert (names[row["friend_id"]], row["group_key"]) in self.present


@pytest.mark.usefixtures("engine")
def test_any_story_of_friends_and_codes_pays_each_once_and_nobody_for_nothing() -> None:
    run_state_machine_as_test(
        Referrals, settings=settings(max_examples=examples(120), stateful_step_count=40)
    )
