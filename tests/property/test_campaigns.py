"""Whatever comes in which order and batch, seats and money of a campaign stay what they must be."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.campaigns.funds import apply_cash_wishes, apply_confirmations, apply_levels
from bot.campaigns.perk_desk import apply_perks
from bot.campaigns.seat_lane import Wish, apply_seats
from bot.campaigns.seats import Queued, Seated
from bot.core.ids import EventKey
from bot.rewards.checkin.lane import apply_check_ins
from bot.rewards.packets.gate import Purse
from bot.rewards.packets.lane import apply_claims, apply_expiries, apply_opens
from bot.rewards.packets.packet import PacketKind
from bot.store.connection import Connection
from tests.support.books import assert_books_are_right
from tests.support.engines import SqliteEngine
from tests.unit.campaigns import support
from tests.unit.campaigns.support import FEN, POINTS, SEATS, SECOND, SPRING
from tests.unit.rewards.support import NOW, add_members, balance, claim, packet, run

ENGINE = SqliteEngine()
MEMBERS = 7
QUOTAS = (1, 2, 3)


def _fill(connection: Connection) -> None:
    add_members(connection, 30)
    support.join(connection, *range(1, MEMBERS + 1))
    run(connection, apply_levels, support.level(points=50))


Step = Wish | int
"""A wish, or the member who leaves the group and comes back."""


@st.composite
def steps(draw: st.DrawFn) -> Step:
    """Something that somebody does; keys repeat, and the file's quota changes now and then."""
    number = draw(st.integers(1, MEMBERS))
    key = EventKey(f"{number}-{draw(st.integers(0, 12))}")
    terms = replace(SEATS, quota=draw(st.sampled_from(QUOTAS)), waitlist=draw(st.integers(0, 3)))
    at = NOW + timedelta(minutes=draw(st.integers(0, 90)))
    match draw(st.integers(0, 9)):
        case 0:
            return number
        case 1 | 2:
            return support.give_up(number, f"up-{key}", terms=terms, at=at)
        case 3:
            return support.sweep(terms=terms, at=at)
        case 4:
            word = draw(st.sampled_from(["谷雨 fresh", "错了"]))
            return support.arrival(number, word, f"door-{key}", at=at)
        case _:
            return support.sign_up(number, f"in-{key}", terms=terms, at=at)


def _batches(drawn: Sequence[Step], sizes: Sequence[int]) -> list[list[Step]]:
    batches: list[list[Step]] = [[]]
    left = iter(sizes)
    room = next(left, 1)
    for step in drawn:
        if isinstance(step, int) or room == 0:
            batches.append([])
            room = next(left, 1)
        batches[-1].append(step)
        if isinstance(step, int):
            batches.append([])
        room -= 1
    return [batch for batch in batches if batch]


def _apply(connection: Connection, batch: list[Step]) -> list[Any]:
    (first, *_) = batch
    if isinstance(first, int):
        support.leave(connection, first)
        run(connection, apply_seats, support.sweep(terms=replace(SEATS, quota=1)))
        support.join(connection, first)
        return []
    return run(connection, apply_seats, *batch)


@given(st.lists(steps(), max_size=40), st.lists(st.integers(1, 6), max_size=12))
def test_seats_stay_within_the_quota_and_the_line_keeps_its_order_in_any_batches(
    drawn: list[Step], sizes: list[int]
) -> None:
    with closing(ENGINE.connect(_fill)) as batched, closing(ENGINE.connect(_fill)) as single:
        together = [answer for batch in _batches(drawn, sizes) for answer in _apply(batched, batch)]
        alone = [answer for step in drawn for answer in _apply(single, [step])]

        assert together == alone
        for connection in (batched, single):
            _check_seats(connection)
            assert_books_are_right(connection)


def _check_seats(connection: Connection) -> None:
    held = connection.execute(
        "SELECT * FROM campaign_seat WHERE state IN ('seated', 'waiting') ORDER BY id"
    ).fetchall()
    numbers = [row["number"] for row in held if row["state"] == "seated"]
    assert len(set(numbers)) == len(numbers) <= max(QUOTAS)
    assert len({row["member_id"] for row in held}) == len(held)
    waiting = [row["id"] for row in held if row["state"] == "waiting"]
    seated = [row["id"] for row in held if row["state"] == "seated"]
    assert not waiting or not seated or max(seated) < min(waiting)
    paid = connection.execute("SELECT coalesce(sum(points), 0) FROM campaign_seat").fetchone()[0]
    assert balance(connection, POINTS) == 50 - paid >= 0


@given(st.permutations(range(1, MEMBERS + 1)), st.lists(st.integers(1, 4), max_size=5))
def test_the_last_seat_goes_to_who_came_first_whoever_shares_a_commit(
    order: list[int], sizes: list[int]
) -> None:
    with closing(ENGINE.connect(_fill)) as connection:
        wishes: list[Step] = [support.sign_up(number) for number in order]
        answers = [
            answer for batch in _batches(wishes, sizes) for answer in _apply(connection, batch)
        ]

        assert answers[:3] == [Seated(1), Seated(2), Queued(1)]
        assert not any(isinstance(answer, Seated | Queued) for answer in answers[3:])


@st.composite
def dealings(draw: st.DrawFn) -> tuple[Any, Any]:
    """A lane, and something that costs the campaign money or gives it some."""
    number, much = draw(st.integers(1, MEMBERS)), draw(st.integers(1, 9))
    key = f"k{draw(st.integers(0, 20))}"
    at = NOW + timedelta(hours=much)
    budgets = ((SPRING, 100 * draw(st.integers(0, 40))),)
    purse: dict[str, Any] = {"purse": Purse.CAMPAIGN, "campaign": SPRING}
    choices: list[tuple[Any, Any]] = [
        (apply_levels, support.level(10 * draw(st.integers(0, 12)), 0)),
        (apply_levels, support.level(10 * draw(st.integers(0, 12)), 100 * much)),
        (apply_cash_wishes, support.cash(f"{key}-{much}", 100 * much, second_over=300)),
        (apply_confirmations, support.confirmation(much, f"yes-{key}", budgets=budgets)),
        (
            apply_confirmations,
            support.confirmation(much, f"no-{key}", operator_id=SECOND, budgets=budgets),
        ),
        (apply_check_ins, support.boosted_check_in(number, f"in-{number}")),
        (apply_opens, packet(f"p{much}", 2 * much, 2, PacketKind.FIXED, at=at, **purse)),
        (apply_opens, support.cash_packet(f"c{much}", 200 * much)),
        (apply_claims, claim(much, number, at=at)),
        (apply_expiries, NOW + timedelta(hours=3 * much)),
        (apply_perks, support.perk(number, f"perk-{number}-{much}", each=2)),
    ]
    chosen: tuple[Any, Any] = draw(st.sampled_from(choices))
    return chosen


@given(st.lists(dealings(), max_size=30))
def test_no_campaign_gives_more_than_it_was_given_and_the_audit_explains_every_point(
    drawn: list[tuple[Any, Any]],
) -> None:
    with closing(ENGINE.connect(_fill)) as connection:
        for apply, wish in drawn:
            run(connection, apply, wish)
            assert balance(connection, POINTS) >= 0
            assert balance(connection, FEN) >= 0
            assert_books_are_right(connection)
        run(connection, apply_expiries, NOW + timedelta(days=9))
        run(connection, apply_levels, support.level(0, 0))

        assert (balance(connection, POINTS), balance(connection, FEN)) == (0, 0)
        assert_books_are_right(connection)
