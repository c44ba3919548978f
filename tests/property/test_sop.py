"""SOP under any sequence of people, clocks and crashes: at most once, nobody disturbed, none lost.

Members come, act, leave and choose; the clock stands still, jumps ahead, or comes back; the program
is down for days; two processes look in turn, and any batch may be cut off in the middle.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.core.errors import StoreError
from bot.core.ids import EventKey, GroupKey, MemberId, UserId
from bot.handlers.sop_job import SopJob
from bot.members.choices import Decision, apply_decisions
from bot.members.lane import record_interactions
from bot.members.people import Choice, Interaction, PersonRef
from bot.members.roster import Move, MoveKind, apply_moves
from bot.persona.voice import Voice
from bot.schedules.sop.due import cutoff, due_of
from bot.schedules.sop.sop import Sop
from bot.settings.schema.members import Act
from bot.settings.schema.sop import Step
from bot.store.connection import Connection, Row, Value
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Apply
from bot.store.sql import Over
from tests.support.brand import Live, brand
from tests.support.events import APP, GROUP, REALM
from tests.support.stores import in_transaction, memory_database
from tests.unit.rewards.support import Watched
from tests.unit.schedules.sop.support import DAY, MINUTE, SHANGHAI, START, plan, step, with_plans

PEOPLE = ("xiaolu", "aqing", "momo", "nanxi")
GROUPS = (GROUP, GroupKey("owners"))
LATE = {"policy": "send", "within_hours": 168}
PLANS = (
    plan(
        step("d1", priority=70),
        step("d2", days=2, late={"policy": "merge", "within_hours": 100}, expires_hours=300),
        step("d3", days=3, place="group", late=LATE, expires_hours=200),
        step("d4", days=4, at="20:00", only_if="silent", holidays="skip"),
        key="newcomer",
        groups=list(GROUPS),
    ),
    plan(
        step("again", again=True, place="group", late=LATE, expires_hours=100),
        step("weekday", days=2, weekdays=["mon", "thu"], late=LATE, expires_hours=200),
        key="acts",
        begins={"on": "act", "act": "checkin"},
    ),
    plan(step("back", again=True, days=0, at="18:00"), key="back", begins={"on": "returned"}),
)
DEATHS = st.one_of(st.none(), st.integers(1, 8))


class Crash(Exception):
    """The power is gone."""


class Desk:
    """A store whose lanes commit one item at a time, and may be cut off at a statement."""

    def __init__(self) -> None:
        self.connection: Connection = memory_database()
        self.left = 0

    def before(self, statement: str) -> None:
        del statement
        self.left -= 1
        if self.left == 0:
            raise Crash

    async def read(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return list(self.connection.execute(query, parameters).fetchall())

    async def read_over(
        self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value
    ) -> list[Row]:
        return list(self.connection.read(statement, list(rows), *more))

    def lane(self, name: str, apply: Apply[Any, Any]) -> "DeskLane":
        del name
        return DeskLane(self, apply)


class DeskLane:
    def __init__(self, desk: Desk, apply: Apply[Any, Any]) -> None:
        self.desk = desk
        self.apply = apply

    async def submit(self, item: Any) -> Any:
        connection: Any = Watched(self.desk.connection, self.desk.before)
        (verdict,) = in_transaction(connection, lambda: self.apply(connection, [item]))
        return verdict


class SopMachine(RuleBasedStateMachine):
    """Two groups, four people, two processes."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.live = Live(with_plans(brand(), *PLANS, gap_minutes=90))
        self.now = START
        self.latest = START
        self.numbers = 0
        self.silenced: dict[MemberId, int] = {}
        self.jobs = [self.new_job(), self.new_job()]
        self.run_job(0)

    def teardown(self) -> None:
        self.desk.connection.close()

    def new_job(self) -> SopJob:
        store: Any = self.desk
        return SopJob(Sop(store), Voice(self.live, random.Random(1)), self.live)

    def run_job(self, which: int) -> None:
        asyncio.run(self.jobs[which].run(self.now))

    def key(self) -> EventKey:
        self.numbers += 1
        return EventKey(f"event/{self.numbers}")

    def move(self, kind: MoveKind, name: str, group: GroupKey) -> MemberId:
        person = PersonRef(REALM, UserId(name))
        moves = [Move(kind, person, group, self.now)]
        connection = self.desk.connection
        (moved,) = in_transaction(connection, lambda: apply_moves(connection, moves))
        return moved.member_id

    @rule(name=st.sampled_from(PEOPLE), group=st.sampled_from(GROUPS))
    def join(self, name: str, group: GroupKey) -> None:
        self.move(MoveKind.JOINED, name, group)

    @rule(name=st.sampled_from(PEOPLE), group=st.sampled_from(GROUPS))
    def leave(self, name: str, group: GroupKey) -> None:
        self.move(MoveKind.LEFT, name, group)

    @rule(name=st.sampled_from(PEOPLE), act=st.sampled_from([Act.CHECKIN, Act.MESSAGE]))
    def act(self, name: str, act: Act) -> None:
        member = self.move(MoveKind.FOUND, name, GROUP)
        done = [Interaction(member, GROUP, act, self.now, self.key())]
        connection = self.desk.connection
        in_transaction(connection, lambda: record_interactions(connection, done))

    @rule(name=st.sampled_from(PEOPLE), in_force=st.booleans())
    def choose(self, name: str, *, in_force: bool) -> None:
        member = self.move(MoveKind.FOUND, name, GROUP)
        said = Decision(
            member, Choice.UNSUBSCRIBED, in_force, self.now, APP, "said", "told", self.key()
        )
        connection = self.desk.connection
        in_transaction(connection, lambda: apply_decisions(connection, [said]))
        self.silenced.pop(member, None)
        if in_force:
            self.silenced[member] = self.sent_to(member)

    @rule(hours=st.sampled_from([1, 3, 8, 24]), which=st.integers(0, 1), death=DEATHS)
    def time_passes(self, hours: int, which: int, death: int | None) -> None:
        """The program runs; every half hour is enough of its seconds."""
        for _ in range(2 * hours):
            self.now += 30 * MINUTE
            self.look(which, death)
        self.latest = max(self.latest, self.now)

    @rule(days=st.integers(1, 9), which=st.integers(0, 1))
    def program_is_down(self, days: int, which: int) -> None:
        self.now += days * DAY
        self.jobs[which] = self.new_job()
        self.look(which, None)
        self.latest = max(self.latest, self.now)

    @rule(days=st.integers(1, 40), which=st.integers(0, 1))
    def clock_goes_back(self, days: int, which: int) -> None:
        self.now = max(START, self.now - days * DAY)
        self.look(which, None)

    def look(self, which: int, death: int | None) -> None:
        """A process looks; when it is cut off, it looks again."""
        self.desk.left = death or 0
        try:
            self.run_job(which)
        except (Crash, StoreError):
            self.desk.left = 0
            self.jobs[which] = self.new_job()
            self.run_job(which)

    def sent_to(self, member: MemberId) -> int:
        query = "SELECT count(*) FROM sop_step WHERE member_id = ? AND state = 'sent'"
        return int(self.desk.connection.execute(query, [member]).fetchone()[0])

    def rows(self, columns: str, where: str = "1 = 1") -> list[Row]:
        query = f"SELECT {columns} FROM sop_step WHERE {where}"
        return list(self.desk.connection.execute(query).fetchall())

    @invariant()
    def what_was_sent_is_in_the_outbox_once(self) -> None:
        keys = {row[0] for row in self.rows("message_key", "state = 'sent'")}
        outbox = [row[0] for row in self.desk.connection.execute("SELECT key FROM outbox")]
        assert Counter(outbox) == Counter(keys)

    @invariant()
    def a_member_hears_one_thing_a_day(self) -> None:
        told = Counter(
            (member, from_micros(at).astimezone(SHANGHAI).date())
            for member, at in self.rows("member_id, decided_at", "state = 'sent'")
        )
        assert not told or max(told.values()) == 1

    @invariant()
    def a_group_is_called_with_the_gap_between(self) -> None:
        calls: dict[str, set[int]] = {}
        for group, at in self.rows("group_key, decided_at", "place = 'group'"):
            calls.setdefault(group, set()).add(at)
        for instants in calls.values():
            for first, second in pairwise(sorted(instants)):
                assert from_micros(second) - from_micros(first) >= 90 * MINUTE

    @invariant()
    def nothing_is_sent_at_night(self) -> None:
        for (at,) in self.rows("decided_at", "state = 'sent'"):
            local = from_micros(at).astimezone(SHANGHAI).time()
            assert time(9) <= local < time(22, 30)

    @invariant()
    def who_is_unsubscribed_hears_nothing(self) -> None:
        for member, before in self.silenced.items():
            assert self.sent_to(member) == before

    @invariant()
    def each_step_that_came_due_has_its_row(self) -> None:
        """For every first stay and every step that is due since long, sent or with a reason."""
        stays = self.desk.connection.execute(
            "SELECT member_id, group_key, joined_at FROM membership AS m WHERE joined_at > ?"
            " AND NOT EXISTS (SELECT 1 FROM membership AS e WHERE e.group_key = m.group_key"
            " AND e.member_id = m.member_id AND e.id < m.id)",
            [to_micros(START)],
        ).fetchall()
        known = {tuple(row) for row in self.rows("member_id, group_key, step", "plan = 'newcomer'")}
        for member, group, joined_at in stays:
            for one in self.live.current.sop.plans[0].steps:
                if due_of(one, from_micros(joined_at), SHANGHAI) <= self.now:
                    assert (member, group, one.key) in known

    @invariant()
    def nothing_waits_for_ever(self) -> None:
        for look_at, due_at in self.rows("look_at, due_at", "state = 'waiting'"):
            assert from_micros(look_at) - from_micros(due_at) < timedelta(hours=300)
            assert from_micros(look_at) > self.now - MINUTE or self.now < self.latest


def test_sop_is_said_once_to_who_wants_it_and_nothing_is_lost() -> None:
    run_state_machine_as_test(
        SopMachine, settings=settings(max_examples=40, stateful_step_count=25, deadline=None)
    )


INSTANTS = st.datetimes(datetime(2017, 1, 1), datetime(2033, 1, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001
ZONES = st.sampled_from(
    [SHANGHAI, *map(ZoneInfo, ("America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"))]
)


@given(ZONES, INSTANTS, st.timedeltas(-5 * DAY, 5 * DAY), st.integers(-30, 90), st.times())
def test_who_is_due_is_who_began_before_the_cutoff(
    zone: ZoneInfo, now: datetime, apart: timedelta, days: int, hour: time
) -> None:
    one = Step(key="a", days=days, at=hour.replace(second=0, microsecond=0), texts=("x",))
    began_at = now - timedelta(days=days) + apart
    assert (due_of(one, began_at, zone) <= now) == (began_at < cutoff(one, now, zone))
