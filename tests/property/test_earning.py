"""Whatever members do and however it is batched, earning stays below every cap and budget."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import MemberId
from bot.rewards.boosts import Boost
from bot.rewards.earning.deciding import Earned
from bot.rewards.earning.lane import earn
from bot.rewards.earning.rules import EarningWish
from bot.rewards.ledger.lane import post
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.thanks import Thanked, ThanksWish, apply_thanks, monday_of
from bot.store.connection import Connection
from tests.support.books import assert_books_are_right
from tests.support.engines import SqliteEngine
from tests.unit.rewards.earning.support import NOW, count, rewards, run, thanks, wish
from tests.unit.rewards.support import balance, gift

ENGINE = SqliteEngine()
MEMBERS = 4
DAY_BUDGET, CAMPAIGN_BUDGET, DAILY_CAP = 90, 4, 20

FILE = rewards(
    {
        "key": "talk", "act": "message", "points": 2, "to_points": 7,
        "most_points": {"a_day": 9}, "cooldown_seconds": 60,
    },
    {"key": "ask", "act": "question", "points": 5, "most_times": {"a_day": 2, "a_week": 3}},
    {
        "key": "best", "act": "claim", "points": 11, "beyond_daily_cap": True,
        "most_times": {"in_all": 2},
    },
    most_a_day=DAILY_CAP,
    levels=[
        {"name": "水", "from_points": 0},
        {"name": "鱼", "from_points": 15, "multiplier_percent": 150, "more_thanks": 1},
    ],
    budgets={"points": {"a_day": DAY_BUDGET}},
)  # fmt: skip

TEXTS = ("", "今天天气真好呀", "今天天气真好啊", "请问敏感肌能用吗", "晚上记得先卸妆")


def _fill(connection: Connection) -> None:
    for number in range(1, MEMBERS + 1):
        connection.execute("INSERT INTO member (id, created_at) VALUES (?, 0)", (number,))


def _fund(connection: Connection) -> None:
    _fill(connection)
    run(connection, post, [gift("budget", AccountRef.campaign("double"), CAMPAIGN_BUDGET)])


@st.composite
def acts(draw: st.DrawFn) -> EarningWish:
    """Something that a member did within two weeks; keys repeat."""
    rule = draw(st.integers(0, 2))
    minutes = draw(st.integers(0, 14 * 24 * 60))
    return wish(
        FILE,
        f"e{draw(st.integers(0, 60))}",
        member=MemberId(draw(st.integers(1, MEMBERS))),
        at=NOW + timedelta(minutes=minutes),
        text=draw(st.sampled_from(TEXTS)) if rule < 2 else "",
        rule=rule,
        drawn=draw(st.integers(2, 7)) if rule == 0 else None,
        boost=draw(st.sampled_from([None, Boost("double", 200)])) if rule == 0 else None,
    )


def own_keys(wishes: Sequence[EarningWish]) -> list[EarningWish]:
    """An event has one member and one instant; what is drawn later for its key is a repeat."""
    first: dict[str, EarningWish] = {}
    for item in sorted(wishes, key=lambda item: item.at):
        first.setdefault(item.event_key, item)
    repeats = [first[item.event_key] for item in wishes]
    return sorted(repeats, key=lambda item: item.at)


def _batches(wishes: Sequence[EarningWish], sizes: Sequence[int]) -> list[list[EarningWish]]:
    batches, start = [], 0
    for size in (*sizes, len(wishes)):
        batches.append(list(wishes[start : start + size]))
        start += size
    return batches


@given(st.lists(acts(), max_size=40), st.lists(st.integers(1, 5), max_size=8))
def test_no_cap_and_no_budget_is_ever_passed_and_batches_do_not_matter(
    drawn: list[EarningWish], sizes: list[int]
) -> None:
    wishes = own_keys(drawn)
    with closing(ENGINE.connect(_fund)) as batched, closing(ENGINE.connect(_fund)) as single:
        answers: list[Any] = []
        for batch in _batches(wishes, sizes):
            answers += run(batched, earn, *batch)
        assert answers == [run(single, earn, item)[0] for item in wishes]
        earned = [answer for answer in answers if isinstance(answer, Earned)]

        assert len({(item.event_key, item.rule) for item in earned}) == len(earned)
        _check_caps(earned)
        rows = batched.execute("SELECT balance FROM account WHERE kind = 'member'").fetchall()
        assert sum(row["balance"] for row in rows) == sum(item.points for item in earned)
        _check_budgets(batched, earned)
        assert_books_are_right(batched)


def _check_caps(earned: Sequence[Earned]) -> None:
    everyday: Counter[tuple[int, date]] = Counter()
    talk: Counter[tuple[int, date]] = Counter()
    times: Counter[tuple[object, ...]] = Counter()
    for item in earned:
        if item.everyday:
            everyday[item.member_id, item.on_date] += item.points
        if item.rule == "talk":
            talk[item.member_id, item.on_date] += item.points
        times[item.rule, item.member_id] += 1
        times[item.rule, item.member_id, "day", item.on_date] += 1
        times[item.rule, item.member_id, "week", monday_of(item.on_date)] += 1
    assert max(everyday.values(), default=0) <= DAILY_CAP
    assert max(talk.values(), default=0) <= 9
    assert all(times["best", member] <= 2 for member in range(1, MEMBERS + 1))
    asked = {key: number for key, number in times.items() if key[0] == "ask" and len(key) == 4}
    assert all(number <= (2 if key[2] == "day" else 3) for key, number in asked.items())


def _check_budgets(connection: Connection, earned: Sequence[Earned]) -> None:
    days: Counter[str] = Counter()
    for item in earned:
        days[f"day/{item.on_date}"] += item.points - item.extra
    rows = connection.execute("SELECT period, spent FROM budget_spent").fetchall()
    spent = dict(tuple(row) for row in rows)
    assert {day: spent[day] for day in days} == dict(days)
    assert all(number <= DAY_BUDGET for day, number in spent.items() if day.startswith("day/"))
    extra = sum(item.extra for item in earned)
    assert CAMPAIGN_BUDGET - balance(connection, AccountRef.campaign("double")) == extra
    assert all(item.campaign == ("double" if item.extra else "") for item in earned)


@st.composite
def thankings(draw: st.DrawFn) -> ThanksWish:
    """Somebody thanks somebody within two weeks."""
    return thanks(
        f"t{draw(st.integers(0, 10**6))}",
        MemberId(draw(st.integers(1, MEMBERS))),
        MemberId(draw(st.integers(1, MEMBERS))),
        at=NOW + timedelta(hours=draw(st.integers(0, 14 * 24))),
    )


@given(st.lists(thankings(), max_size=40, unique_by=lambda item: item.key), st.integers(1, 7))
def test_thanks_stay_below_their_limits_and_pairs_are_those_that_went_both_ways(
    drawn: list[ThanksWish], size: int
) -> None:
    wishes = sorted(drawn, key=lambda item: item.at)
    with closing(ENGINE.connect(_fill)) as books:
        given_: list[ThanksWish] = []
        for start in range(0, len(wishes), size):
            batch = wishes[start : start + size]
            answers = run(books, apply_thanks, *batch)
            given_ += [
                item
                for item, answer in zip(batch, answers, strict=True)
                if isinstance(answer, Thanked)
            ]

        days = Counter((item.giver_id, item.on_date) for item in given_)
        weeks = Counter(
            (item.giver_id, item.receiver_id, monday_of(item.on_date)) for item in given_
        )
        assert max(days.values(), default=0) <= 5
        assert max(weeks.values(), default=0) <= 2
        assert all(item.giver_id != item.receiver_id for item in given_)
        ways = {(item.giver_id, item.receiver_id) for item in given_}
        both = {tuple(sorted(way)) for way in ways if way[::-1] in ways}
        pairs = books.execute("SELECT first_id, second_id FROM thanks_pair").fetchall()
        assert {tuple(pair) for pair in pairs} == both
        assert count(books, "transfer") == len(given_)
        assert_books_are_right(books)
