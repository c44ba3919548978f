"""Whatever members do and however their wishes are batched: stock, numbers, answers, proof."""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import LotteryId, MemberId
from bot.rewards.lottery.draw import Tally, odds, uniform, winnable_prizes
from bot.rewards.lottery.proof import prove_lottery
from bot.rewards.lottery.rounds import Drawn, DrawRequest
from bot.store.connection import Connection
from tests.support.stores import memory_database
from tests.unit.rewards.lottery.support import (
    ENDS,
    blank,
    draw,
    gift,
    give,
    prize,
    publish,
    settle,
    terms,
    wish,
)
from tests.unit.rewards.support import NOW, TODAY, add_members

MEMBERS = 5

prizes = st.builds(
    lambda places: [
        prize(f"p{number}", **place) | ({"kind": "gift", "value_fen": 1} if number % 2 else {})
        for number, place in enumerate(places)
    ],
    st.lists(
        st.fixed_dictionaries(
            {
                "stock": st.integers(1, 4),
                "weight": st.integers(1, 9),
                "most_a_member": st.integers(0, 2),
                "most_a_day": st.integers(0, 3),
                "slice_hours": st.sampled_from((0, 24, 50)),
                "roll_over": st.booleans(),
            }
        ),
        min_size=1,
        max_size=3,
    ),
)

rules = st.fixed_dictionaries(
    {
        "when_empty": st.sampled_from(("no_win", "renormalise")),
        "fee_points": st.sampled_from((0, 3)),
        "draws_a_day": st.sampled_from((0, 2)),
        "pity": st.sampled_from(
            (
                None,
                {"prize": "p0", "hard": 3},
                {"prize": "p0", "soft_from": 2, "soft_weight": 3},
            )
        ),
    }
)

wishes = st.lists(
    st.tuples(st.integers(1, MEMBERS), st.integers(0, 6 * 24), st.integers(0, 60)),
    min_size=12,
    max_size=40,
).map(lambda acts: sorted(acts, key=lambda act: act[1]))
"""Who wishes, at which hour, and with which event; events repeat now and then."""


def requests(acts: Sequence[tuple[int, int, int]], lottery_id: int) -> list[DrawRequest]:
    """The wishes; an event that comes again is the same in everything."""
    first: dict[int, DrawRequest] = {}
    for member, hour, event in acts:
        at = NOW + timedelta(hours=hour)
        first.setdefault(event, wish(member, f"e{event}", lottery_id=lottery_id, at=at))
    return [first[event] for _, _, event in acts]


def books_of(offered: list[dict[str, Any]], changes: dict[str, Any]) -> Connection:
    books = memory_database()
    add_members(books, MEMBERS)
    publish(books, *offered, blank(3), **changes)
    for member in range(1, MEMBERS + 1):
        give(books, member, 9)
    return books


def play(books: Connection, asked: list[DrawRequest], batch: int) -> list[Any]:
    return [it for at in range(0, len(asked), batch) for it in draw(books, *asked[at : at + batch])]


@settings(max_examples=60)
@given(prizes, rules, wishes, st.integers(1, 40))
def test_an_instant_lottery_keeps_its_promises(
    offered: list[dict[str, Any]],
    changes: dict[str, Any],
    acts: list[tuple[int, int, int]],
    batch: int,
) -> None:
    with closing(books_of(offered, changes)) as books, closing(books_of(offered, changes)) as twin:
        asked = requests(acts, 1)
        answers = play(books, asked, batch)
        results = [(it.draw, it.win) if isinstance(it, Drawn) else None for it in answers]
        alone = play(twin, asked, 1)
        assert results == [(it.draw, it.win) if isinstance(it, Drawn) else None for it in alone]

        by_event = {it.draw.key: it.draw for it in answers if isinstance(it, Drawn)}
        draws = list(by_event.values())
        assert sorted(it.ticket.position for it in draws) == list(range(len(draws)))
        for member, count in Counter(it.ticket.member_id for it in draws).items():
            numbers = [it.ticket.number for it in draws if it.ticket.member_id == member]
            assert sorted(numbers) == list(range(1, count + 1))
        for key, won, stock in books.execute("SELECT prize_key, won, stock FROM lottery_prize"):
            count = books.execute(
                "SELECT count(*) FROM lottery_win WHERE prize_key = ?", (key,)
            ).fetchone()[0]
            assert won == count <= stock
        settle(books)
        proof = prove_lottery(books, LotteryId(1))
        assert proof is not None
        assert all(line.holds for line in proof), proof
        left = books.execute(
            "SELECT count(*) FROM account WHERE kind IN ('stock', 'campaign') AND balance <> 0"
        ).fetchone()
        assert left[0] == 0


@settings(max_examples=40)
@given(st.integers(1, 5), st.lists(st.integers(1, MEMBERS), max_size=20), st.integers(0, 3))
def test_a_drawing_gives_each_prize_once_and_each_member_one(
    stock: int, entrants: list[int], lapses: int
) -> None:
    with closing(memory_database()) as books:
        add_members(books, MEMBERS)
        publish(books, gift(weight=0, stock=stock), mode="at_time", claim_days=1)
        draw(books, *[wish(member, f"e{n}") for n, member in enumerate(entrants)])
        for day in range(lapses + 1):
            settle(books, ENDS + timedelta(days=day))
        rows = books.execute("SELECT member_id, state, follows FROM lottery_win").fetchall()
        assert len({row["member_id"] for row in rows}) == len(rows)
        assert sum(row["follows"] is None for row in rows) == min(stock, len(set(entrants)))
        held = sum(row["state"] == "open" for row in rows)
        pieces = "SELECT coalesce(-sum(balance), 0) FROM account WHERE currency = 'gift'"
        issued = books.execute(f"{pieces} AND kind = 'issuance'").fetchone()[0]
        assert issued == held
        proof = prove_lottery(books, LotteryId(1))
        assert proof is not None
        assert all(line.holds for line in proof), proof


@given(st.integers(1, 300), st.integers(300, 5000))
def test_no_remainder_is_likelier_than_another(total: int, span: int) -> None:
    fair = range(span - span % total)
    counts = Counter(uniform(iter([value]), total, span) for value in fair)
    assert set(counts) == set(range(total))
    assert len(set(counts.values())) == 1


@given(prizes, rules, st.integers(0, 9))
def test_pity_never_lowers_anothers_chance_nor_leaves_the_total(
    offered: list[dict[str, Any]], changes: dict[str, Any], misses: int
) -> None:
    published = terms(*offered, blank(3), **changes)
    able = winnable_prizes(
        published, Tally(), member_id=MemberId(1), at=NOW + timedelta(hours=60), on_date=TODAY
    )
    plain, pitied = odds(published, able, 0), odds(published, able, misses)
    assert sum(weight for _, weight in plain) == sum(weight for _, weight in pitied)
    is_sure = len(pitied) == 1
    for won, weight in plain:
        if won is not None and not is_sure:
            assert dict(pitied)[won] >= weight
