"""二选一: the question as an owner types it, choices as members do, and one vote each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId
from bot.games.game import GameKind, NothingRuns, VoteTurn
from bot.games.vote import Ballot, read_ballot, read_choice, shares
from bot.games.votes import VoteWish, apply_votes
from bot.store.connection import Connection
from tests.unit.games.support import NOW, opening, rows, start, stop, vote
from tests.unit.rewards.support import run

ORS = ("还是", "vs")


@pytest.mark.parametrize(
    ("typed", "question", "options"),
    [
        ("周末去哪 爬山 还是 看海", "周末去哪", ("爬山", "看海")),
        ("周末去哪？爬山还是看海？", "周末去哪", ("爬山", "看海")),
        ("周末 一起 去哪:爬山vs看海", "周末 一起 去哪", ("爬山", "看海")),
        ("爬山还是看海", "", ("爬山", "看海")),
        ("去哪  爬山 还是 去看 海", "去哪", ("爬山", "去看 海")),
    ],
)
def test_a_question_and_two_answers_are_read_as_they_are_typed(
    typed: str, question: str, options: tuple[str, str]
) -> None:
    assert read_ballot(typed, ORS) == Ballot(question, options)


@pytest.mark.parametrize(
    "typed", ["", "还是", "去哪 爬山", "爬山还是爬山", "！还是？", "去哪 爬山还是" + "海" * 21]
)
def test_what_cannot_be_voted_on_is_not_read(typed: str) -> None:
    assert read_ballot(typed, ORS) is None


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("A", 0),
        ("2", 1),
        ("ｂ", 1),
        ("我选B", 1),
        ("爬山！", 0),
        ("投看海", 1),
        ("选", None),
        ("看海去", None),
        ("AB", None),
    ],
)
def test_a_choice_is_a_letter_or_the_answers_own_words(typed: str, choice: int | None) -> None:
    assert read_choice(typed, ("爬山", "看海"), ("选", "我选", "投")) == choice


@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=2))
def test_shares_add_up_to_a_hundred(counts: list[int]) -> None:
    assert sum(shares(counts)) == (100 if sum(counts) else 0)
    for share, count in zip(shares(counts), counts, strict=True):
        assert abs(share - 100 * count / (sum(counts) or 1)) < 1


def test_a_vote_counts_once_and_may_be_changed(table: Connection) -> None:
    game = start(table, opening(GameKind.VOTE))
    turns = [
        vote(table, game, choice, 1, second=second).turn
        for second, choice in enumerate([0, 0, 1, 1])
    ]
    assert turns == [VoteTurn.FIRST, VoteTurn.SAME, VoteTurn.CHANGED, VoteTurn.SAME]
    assert vote(table, game, 0, 2, second=9).counts == (1, 1)
    assert list(rows(table, "SELECT count(*) FROM game_vote")) == [(2,)]


def test_the_same_event_votes_once(table: Connection) -> None:
    game = start(table, opening(GameKind.VOTE))
    first = vote(table, game, 0, 1, key="k")
    assert vote(table, game, 0, 1, key="k") == first


def test_what_is_brought_late_does_not_undo_a_newer_vote(table: Connection) -> None:
    game = start(table, opening(GameKind.VOTE))
    vote(table, game, 0, 1, second=0)
    vote(table, game, 1, 1, second=5)
    assert vote(table, game, 0, 1, second=1).counts == (0, 1)


def test_nobody_votes_with_the_event_of_another_or_when_it_is_over(table: Connection) -> None:
    game = start(table, opening(GameKind.VOTE))
    vote(table, game, 0, 1, key="k")
    wish = VoteWish(EventKey("k"), game.game_id, MemberId(2), NOW, 1)
    assert isinstance(run(table, apply_votes, wish)[0], KeyReused)
    stop(table)
    late = VoteWish(EventKey("late"), game.game_id, MemberId(2), NOW, 1)
    assert run(table, apply_votes, late) == [NothingRuns()]
