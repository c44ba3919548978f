"""Whatever members and staff do in whatever order: no use without a yes, nothing paid twice."""

import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.ids import MemberId
from bot.handlers.submissions.reviewing import apply_decisions, decision_on
from bot.members.submissions.lane import Like, Review, Wish, WithdrawAll
from bot.members.submissions.rows import find_submission
from bot.members.submissions.submission import (
    OVER,
    Approve,
    Consent,
    Decline,
    Feature,
    State,
    Submission,
    SubmissionId,
)
from bot.rewards.audit.audit import audit
from bot.rewards.earning.texts import essence, sketch_of
from bot.store.connection import Connection
from tests.support.engines import examples
from tests.support.events import NOW
from tests.support.stores import in_transaction
from tests.unit.members.submissions.support import (
    ME,
    MINUTE,
    OPERATOR,
    OWNER,
    RULES,
    agree,
    all_stored,
    approve,
    attach,
    decline,
    do,
    feature,
    mark,
    offer,
    people,
    show,
    withdraw,
)
from tests.unit.rewards.earning.support import SHANGHAI

TEXTS = ("谷雨面霜用了两周早上起来脸不紧绷", "换季我会先停酸类再补保湿省心很多")


@dataclass(frozen=True)
class Move:
    """A move of the game; ``number`` is a submission's, which may not exist.

    ``rightly``: its author agrees and withdraws, and staff decides, instead of ``who``.
    """

    kind: str
    who: int
    number: int
    rightly: bool


MOVES = st.lists(
    st.builds(
        Move,
        kind=st.sampled_from(
            [
                *("offer", "show", "attach", "agree", "anonymous", "agree", "approve", "approve"),
                *("decline", "feature", "withdraw", "withdraw all", "like"),
            ]
        ),
        who=st.integers(1, 5),
        number=st.sampled_from([1, 1, 1, 2, 2, 3]),
        rightly=st.sampled_from([True, True, True, False]),
    ),
    max_size=16,
)


BEGINNINGS = st.tuples(st.integers(0, 3), st.integers(0, 3))
"""How far the first two are before the moves: not there, sent in, agreed to, taken in."""


def begin(database: Connection, beginnings: tuple[int, int]) -> None:
    for number, author, steps in zip((1, 2), (ME, OPERATOR), beginnings, strict=True):
        key = f"begin/{number}"
        text = TEXTS[number % 2]
        sketch = sketch_of(essence(text), MemberId(0))
        wishes = (
            offer(f"{key}/offer", author=author, text=text, sketch=sketch),
            agree(f"{key}/agree", by=author, number=number),
            approve(f"{key}/approve", by=OWNER, number=number),
        )
        for wish in wishes[: steps if number == 1 or beginnings[0] else 0]:
            play(database, wish)


def player_of(move: Move, one: Submission | None) -> MemberId:
    """Who makes the move."""
    if one is None or not move.rightly:
        return MemberId(move.who)
    if move.kind in ("approve", "decline", "feature"):
        return OWNER if one.author_id == OPERATOR else OPERATOR
    return one.author_id if move.kind in ("agree", "anonymous", "withdraw") else MemberId(move.who)


def wish_of(move: Move, who: MemberId, key: str) -> Wish:
    text = TEXTS[move.number % 2]
    sketch = sketch_of(essence(text), MemberId(0))
    match move.kind:
        case "offer":
            return offer(key, author=who, text=text, sketch=sketch)
        case "show":
            return show(key, author=who)
        case "attach":
            return attach(f"{key}.jpg", move.number)
        case "agree":
            return agree(key, by=who, number=move.number)
        case "anonymous":
            return agree(key, by=who, number=None, consent=Consent.ANONYMOUS)
        case "approve":
            return approve(key, by=who, number=move.number)
        case "decline":
            return decline(key, by=who, number=move.number)
        case "feature":
            return feature(key, by=who, number=move.number)
        case "withdraw":
            return withdraw(key, by=who, number=move.number)
        case "withdraw all":
            return WithdrawAll(mark(who, key))
    return Like(SubmissionId(move.number), who, NOW + MINUTE)


def play(database: Connection, wish: Wish) -> None:
    if not isinstance(wish, Approve | Decline | Feature):
        do(database, wish)
        return
    one = find_submission(database, wish.number)
    if one is not None:
        review(database, one, wish)


def review(database: Connection, one: Submission, wish: Review) -> None:
    decision = decision_on(one, wish, RULES, zone=SHANGHAI, rng=random.Random(1))
    in_transaction(database, lambda: apply_decisions(database, [decision]))


def state_of(database: Connection) -> Sequence[object]:
    earned = database.execute(
        "SELECT event_key, member_id, points FROM earning ORDER BY event_key"
    ).fetchall()
    return [all_stored(database), [tuple(row) for row in earned]]


def assert_is_right(before: Submission | None, now: Submission) -> None:
    """What may be said of one submission after a step."""
    if now.state in (State.WAITING, State.APPROVED):
        assert now.consent is not None
        assert now.agreed is not None
        assert now.agreed.by == now.author_id, "nobody but its author agrees"
        assert not now.lacks_picture
    if now.state in OVER:
        assert (now.text, now.pictures) == ("", ())
    for decision in (now.decided, now.featured):
        assert decision is None or decision.by != now.author_id
    if before is not None and before.state in OVER:
        assert now == before, "what is over stays as it is"


@given(BEGINNINGS, MOVES)
@settings(max_examples=examples(100))
@pytest.mark.usefixtures("engine")
def test_nothing_is_used_without_a_yes_and_nothing_is_paid_twice(
    beginnings: tuple[int, int], moves: list[Move]
) -> None:
    with closing(people()) as database:
        begin(database, beginnings)
        known = {one.number: one for one in all_stored(database)}
        for place, move in enumerate(moves):
            one = find_submission(database, SubmissionId(move.number))
            wish = wish_of(move, player_of(move, one), f"move/{place}")
            play(database, wish)
            after = state_of(database)
            play(database, wish)
            assert state_of(database) == after, "the same event again changes nothing"
            for one in all_stored(database):
                assert_is_right(known.get(one.number), one)
                known[one.number] = one
        assert audit(database).broken == ()
        for one in known.values():
            paid = database.execute(
                "SELECT points FROM earning WHERE event_key LIKE ? ORDER BY points",
                (f"submission:{one.number}/%",),
            ).fetchall()
            approved = one.decided is not None and one.state is not State.DECLINED
            most = [80] * approved + [200] * (one.featured is not None)
            assert all(points in most for (points,) in paid)
            assert len(paid) <= len(most)
