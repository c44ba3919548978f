"""Boards whatever people do: ranks without gaps, the order that was promised, fair damping."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core.ids import MemberId
from bot.rewards.boards.ranking import (
    NEIGHBOURS,
    Score,
    damped,
    moves,
    place_of,
    rank,
    shown,
)
from tests.unit.rewards.support import NOW

SCORES = st.dictionaries(
    st.integers(1, 60), st.tuples(st.integers(-5, 6), st.integers(0, 4)), max_size=60
).map(
    lambda found: [
        Score(MemberId(number), score, NOW + timedelta(seconds=second))
        for number, (score, second) in found.items()
    ]
)


@given(scores=SCORES, data=st.data())
def test_ranks_are_those_that_were_promised_in_whatever_order_scores_come(
    scores: list[Score], data: st.DataObject
) -> None:
    places = rank(scores)
    assert rank(data.draw(st.permutations(scores))) == places
    assert [place.rank for place in places] == list(range(1, len(places) + 1))
    assert {place.member_id for place in places} == {
        score.member_id for score in scores if score.score > 0
    }
    for better, worse in pairwise(places):
        assert better.score >= worse.score
        if better.score == worse.score:
            assert better.reached_at <= worse.reached_at


@given(scores=SCORES)
def test_who_has_more_is_before_who_has_less_and_nobody_moves_by_what_others_do_behind_him(
    scores: list[Score],
) -> None:
    for place in rank(scores):
        ahead = [
            other
            for other in scores
            if (-other.score, other.reached_at, other.member_id)
            < (-place.score, place.reached_at, place.member_id)
        ]
        assert place.rank == len(ahead) + 1


@given(scores=SCORES, top=st.integers(1, 12), reader=st.integers(1, 60))
def test_the_reader_sees_the_top_and_himself_between_his_neighbours(
    scores: list[Score], top: int, reader: int
) -> None:
    places = rank(scores)
    seen = shown(places, top=top, reader=MemberId(reader))
    mine = place_of(places, MemberId(reader))
    near = set() if mine is None else range(mine.rank - NEIGHBOURS, mine.rank + NEIGHBOURS + 1)
    wanted = [place for place in places if place.rank <= top or place.rank in near]
    assert list(seen) == wanted
    assert len(seen) <= top + 2 * NEIGHBOURS + 1


@given(before=SCORES, after=SCORES)
def test_places_are_won_and_lost_against_the_last_board(
    before: list[Score], after: list[Score]
) -> None:
    old, new = rank(before), rank(after)
    won = moves(old, new)
    for place in new:
        earlier = place_of(old, place.member_id)
        assert won.get(place.member_id) == (None if earlier is None else earlier.rank - place.rank)


@given(points=st.integers(-(10**6), 10**12), more=st.integers(0, 10**6), full=st.integers(1, 10**6))
def test_damping_never_falls_never_adds_and_leaves_what_is_usual_alone(
    points: int, more: int, full: int
) -> None:
    counted = damped(points, full)
    assert counted <= points
    assert damped(points + more, full) >= counted
    if points <= full:
        assert counted == points


@given(full=st.integers(1, 10**6), times=st.integers(2, 100))
def test_to_count_twice_as_much_by_volume_takes_four_times_the_volume(
    full: int, times: int
) -> None:
    assert damped(full * times**2, full) == full * times
