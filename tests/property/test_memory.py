"""Memory under any mix of statements, deletions and endings, in any order of arrival.

Never more than twenty facts, never another member's, deletion is final, and the later word stands.
"""

import random
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import EventKey, MemberId
from bot.members.memory.facts import Statement
from bot.members.memory.lane import (
    Forget,
    apply_forgets,
    apply_sweeps,
    record_statements,
    statement_of,
)
from bot.members.memory.recognition import Fact, read_facts
from bot.settings.schema.memory import MOST_FACTS
from bot.store.connection import Connection
from tests.support.brand import brand
from tests.support.events import NOW
from tests.support.stores import in_transaction, memory_database

MINUTE = timedelta(minutes=1)
MEMBERS = (MemberId(1), MemberId(2))
LIFE = 300
"""Minutes for which a fact is kept here."""


@dataclass(frozen=True)
class Sweep:
    minute: int


Step = Statement | Forget | Sweep


def _statement(who: MemberId, kind: int, minute: int, number: int) -> Statement:
    at = NOW + minute * MINUTE
    fact = Fact(f"kind{kind}", f"{who}-{number}")
    return Statement(who, fact, EventKey(f"said/{number}"), at, at + LIFE * MINUTE)


@st.composite
def steps(draw: st.DrawFn, *, kinds: int, deletions: bool) -> list[Step]:
    """What happens, each at a minute of its own; it does not arrive in the order of time."""
    minutes = draw(st.lists(st.integers(0, 400), unique=True, max_size=60))
    made: list[Step] = []
    for number, minute in enumerate(minutes):
        who = draw(st.sampled_from(MEMBERS))
        what = draw(st.integers(0, 9)) if deletions else 9
        if what == 0:
            made.append(Forget(who, EventKey(f"forget/{number}"), NOW + minute * MINUTE))
        elif what == 1:
            place = draw(st.integers(1, MOST_FACTS))
            made.append(Forget(who, EventKey(f"forget/{number}"), NOW + minute * MINUTE, place))
        elif what == 2:
            made.append(Sweep(minute))
        else:
            made.append(_statement(who, draw(st.integers(1, kinds)), minute, number))
    return made


def _happens(connection: Connection, step: Step) -> None:
    def work() -> None:
        match step:
            case Statement():
                record_statements(connection, [step])
            case Forget():
                apply_forgets(connection, [step])
            case Sweep():
                apply_sweeps(connection, [NOW + step.minute * MINUTE])

    in_transaction(connection, work)


def _held(connection: Connection) -> dict[MemberId, list[Statement]]:
    rows = connection.execute("SELECT * FROM memory_fact ORDER BY member_id, place").fetchall()
    facts = [statement_of(row) for row in rows]
    return {who: [one for one in facts if one.member_id == who] for who in MEMBERS}


def _fresh() -> Connection:
    connection = memory_database()
    connection.execute("INSERT INTO member (id, created_at) VALUES (1, 0), (2, 0)")
    return connection


@given(steps(kinds=25, deletions=True))
def test_never_too_many_never_another_members_and_deletion_is_final(happening: list[Step]) -> None:
    gone: set[Statement] = set()
    with closing(_fresh()) as connection:
        for step in happening:
            before = _held(connection)
            _happens(connection, step)
            after = _held(connection)
            if isinstance(step, Forget):
                gone |= set(before[step.member_id]) - set(after[step.member_id])
                assert step.place is not None or not after[step.member_id]
            for who, facts in after.items():
                assert len(facts) <= MOST_FACTS
                assert all(one.fact.value.startswith(f"{who}-") for one in facts)
                assert len({one.fact.type for one in facts}) == len(facts)
        for step in happening:  # everything that was said is delivered once more
            if isinstance(step, Statement):
                _happens(connection, step)
        assert not gone & {one for facts in _held(connection).values() for one in facts}


@given(steps(kinds=MOST_FACTS, deletions=False), st.randoms(use_true_random=False))
def test_the_later_word_stands_whatever_order_words_arrive_in(
    happening: list[Step], rng: random.Random
) -> None:
    statements = [step for step in happening if isinstance(step, Statement)]
    wanted: dict[tuple[MemberId, str], Statement] = {}
    for one in sorted(statements, key=lambda one: one.at):
        wanted[one.member_id, one.fact.type] = one
    arriving = list(statements)
    rng.shuffle(arriving)
    with closing(_fresh()) as connection:
        for step in arriving:
            _happens(connection, step)
        held = [one for facts in _held(connection).values() for one in facts]
    last = max((one.at for one in statements), default=NOW)
    living = {one for one in wanted.values() if one.expires_at > last}
    assert living <= set(held) <= set(wanted.values())


@given(
    st.text(
        alphabet=st.sampled_from("我是干皮油住在北京生日月记住:，。吗不所有人买一送0123"),
        max_size=40,
    )
)
def test_whatever_is_said_only_configured_values_and_months_come_out(said: str) -> None:
    rules = brand().members.memory
    listed = {kind.key: {value.key for value in kind.values} for kind in rules.types}
    months = {str(month) for month in range(1, 13)}
    for fact in read_facts(rules, said).facts:
        assert fact.value in (listed[fact.type] or months)
