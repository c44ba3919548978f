"""Games as the lanes judge them: one at a time, one winner a round, the same answer twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, GroupKey
from bot.games.game import (
    EndedBecause,
    GameKind,
    MissAnswer,
    Missed,
    MissedBecause,
    NothingRuns,
    Resting,
    Round,
    Running,
    Started,
    Stopped,
    Won,
)
from bot.games.lane import apply_openings
from bot.settings.schema.games import Games
from bot.store.connection import Connection
from tests.support.engines import REFUSED
from tests.unit.games.support import (
    NOW,
    QUESTIONS,
    RULES,
    SECOND,
    move,
    opening,
    play,
    rows,
    start,
    stop,
)
from tests.unit.rewards.support import run

ANOTHER_GAME = (
    "INSERT INTO game (group_key, kind, event_key, started_by, started_at, ends_at, rounds,"
    " round_at) VALUES ('vip', 'quiz', 'x', 1, 0, 1, 1, 0)"
)
QUIZ, CHAIN, RIDDLES = GameKind.QUIZ, GameKind.CHAIN, GameKind.RIDDLES


def in_order(connection: Connection, kind: GameKind = QUIZ) -> None:
    """A guessing game that asks QUESTIONS as they stand."""
    assert start(connection, opening(kind)).current == QUESTIONS[0]


# Starting


def test_a_group_plays_one_game_at_a_time(table: Connection) -> None:
    first = start(table, opening(QUIZ))
    (second,) = run(table, apply_openings, opening(CHAIN, "other"))
    assert second == Running(first)


def test_two_groups_play_side_by_side(table: Connection) -> None:
    start(table, opening(QUIZ))
    other = opening(QUIZ, "other", group=GroupKey("else"))
    assert isinstance(run(table, apply_openings, other)[0], Started)


def test_the_same_event_starts_one_game_however_far_it_has_gone(table: Connection) -> None:
    first = start(table, opening(QUIZ))
    play(table, move("二"))
    assert start(table, opening(QUIZ)) == first


def test_an_event_that_started_another_game_starts_none(table: Connection) -> None:
    start(table, opening(QUIZ))
    (again,) = run(table, apply_openings, opening(CHAIN))
    assert isinstance(again, KeyReused)


def test_a_game_whose_time_is_over_makes_room_and_is_still_to_be_told(table: Connection) -> None:
    start(table, opening(QUIZ, minutes=1))
    start(table, opening(CHAIN, "later", at=NOW + timedelta(minutes=2)))
    ((because, untold),) = rows(
        table, "SELECT ended_because, beat - told FROM game WHERE kind = 'quiz'"
    )
    assert (because, untold) == (EndedBecause.TIME, 1)


def test_after_a_game_members_wait_and_owners_do_not(table: Connection) -> None:
    start(table, opening(QUIZ))
    stop(table)
    rest = timedelta(minutes=10)
    late = opening(QUIZ, "member", at=NOW + 2 * SECOND, rest=rest)
    assert run(table, apply_openings, late) == [Resting(NOW + SECOND + rest)]
    start(table, replace(late, key=EventKey("owner"), rest=timedelta()))


def test_what_was_asked_lately_is_asked_last(table: Connection) -> None:
    for number, rounds in enumerate((1, 2, 3)):
        at = NOW + 10 * number * SECOND
        start(table, opening(QUIZ, f"{number}", rounds=rounds, at=at))
        stop(table, f"stop {number}")
    asked = list(rows(table, "SELECT game_id, text FROM game_round ORDER BY game_id, number"))
    one, two, three = (question.text for question in QUESTIONS)
    assert asked == [(1, one), (2, two), (2, three), (3, one), (3, two), (3, three)]


# Questions


def test_the_first_right_answer_wins_and_the_next_question_follows(table: Connection) -> None:
    in_order(table)
    (won,) = play(table, move("二！", 7))
    assert (won.round, won.score) == (QUESTIONS[0], 1)
    assert won.game.current == QUESTIONS[1]
    assert not won.game.is_over


def test_of_two_at_the_same_instant_one_wins_and_the_other_is_told_he_was_late(
    table: Connection,
) -> None:
    in_order(table)
    first, second = play(table, move("二", 1), move("二", 2))
    assert isinstance(first, Won)
    assert isinstance(second, Missed)
    assert second.because is MissedBecause.LATE
    assert list(rows(table, "SELECT number, member_id FROM game_win")) == [(0, 1)]


def test_after_a_while_an_answer_to_the_last_question_is_just_wrong(table: Connection) -> None:
    in_order(table)
    play(table, move("二", 1))
    (late,) = play(table, move("二", 2, at=NOW + 20 * SECOND))
    assert late.because is MissedBecause.WRONG


def test_a_game_is_over_with_its_last_question(table: Connection) -> None:
    in_order(table)
    *_, last = play(table, move("二"), move("四", 2), move("六"))
    assert last.game.ended_because is EndedBecause.ROUNDS
    assert (last.score, last.game.wins) == (2, 3)
    assert play(table, move("六", 3)) == [NothingRuns()]


def test_wrong_answers_are_limited_for_a_question_and_nobody_else(table: Connection) -> None:
    in_order(table)
    tries = RULES.quiz.tries
    at = [NOW + 10 * number * SECOND for number in range(tries + 2)]
    wrong = [move("九", 1, at=at[number]) for number in range(tries)]
    lefts = [missed.left for missed in play(table, *wrong)]
    assert lefts == list(reversed(range(tries)))
    (used_up,) = play(table, move("二", 1, at=at[tries]))
    assert used_up.because is MissedBecause.NO_TRIES
    assert isinstance(play(table, move("二", 2, at=at[tries]))[0], Won)
    assert isinstance(play(table, move("四", 1, at=at[tries + 1]))[0], Won), "the next question"


def test_wrong_answers_in_quick_succession_are_answered_once(table: Connection) -> None:
    in_order(table)
    quick = [move("九", 1, at=NOW + second * SECOND) for second in (0, 1, 4, 6)]
    answers = [missed.answer for missed in play(table, *quick)]
    told, silent = MissAnswer.TOLD, MissAnswer.SILENT
    assert answers == [told, silent, silent, told]
    assert play(table, move("九", 2, at=NOW + SECOND))[0].answer is told


def test_it_is_told_once_that_the_tries_are_used_up(table: Connection) -> None:
    rules = Games.model_validate({"quiz": {"tries": 1}})
    in_order(table)
    moves = [move("九", at=NOW + 10 * n * SECOND, rules=rules) for n in range(3)]
    answers = [missed.answer for missed in play(table, *moves)]
    assert answers == [MissAnswer.TOLD, MissAnswer.TOLD, MissAnswer.SILENT]


def test_wrong_answers_bring_hints_to_a_riddle(table: Connection) -> None:
    in_order(table, RIDDLES)
    wrong = [move("九", member, at=NOW) for member in range(1, 8)]
    hints = [(missed.answer, missed.game.hints) for missed in play(table, *wrong)]
    told, hinted = MissAnswer.TOLD, MissAnswer.HINTED
    assert hints == [
        (told, 0), (told, 0), (hinted, 1), (told, 1), (told, 1), (hinted, 2), (told, 2),
    ]  # fmt: skip


def test_a_hint_is_of_its_own_riddle(table: Connection) -> None:
    in_order(table, RIDDLES)
    play(table, *[move("九", member) for member in range(1, 4)], move("二", 4))
    assert list(rows(table, "SELECT hints FROM game")) == [(0,)]


# Chains


def test_idioms_link_by_character_and_by_sound(table: Connection) -> None:
    start(table, opening(CHAIN))
    won = play(table, move("山高水长"), move("长驱直入", 2), move("入木三分"))
    assert [verdict.score for verdict in won] == [1, 1, 2]
    assert won[-1].game.ended_because is EndedBecause.ROUNDS


def test_what_does_not_link_was_said_or_is_no_idiom_wins_nothing(table: Connection) -> None:
    start(table, opening(CHAIN))
    play(table, move("山清水秀"))
    verdicts = play(table, move("开门见山"), move("入木三分", 2), move("秀秀秀秀", 3))
    assert [missed.because for missed in verdicts] == [
        MissedBecause.SAID_BEFORE,
        MissedBecause.UNLINKED,
        MissedBecause.UNKNOWN,
    ]


def test_the_same_idiom_at_the_same_instant_links_once(table: Connection) -> None:
    start(table, opening(CHAIN))
    first, second = play(table, move("山高水长", 1), move("山高水长", 2))
    assert isinstance(first, Won)
    assert second.because is MissedBecause.SAID_BEFORE


def test_the_sound_counts_only_where_the_rules_say_so(table: Connection) -> None:
    start(table, opening(CHAIN, pool=[Round("如木见闪")]))
    strict = Games.model_validate({"chain": {"by_sound": False}})
    assert play(table, move("山高水长", rules=strict))[0].because is MissedBecause.UNLINKED
    assert isinstance(play(table, move("山高水长", 2))[0], Won)


# The same again


@pytest.mark.parametrize("kind", [QUIZ, RIDDLES])
def test_a_repeated_event_gets_its_first_answer_though_the_game_went_on(
    table: Connection, kind: GameKind
) -> None:
    in_order(table, kind)
    moves = [move("九", 2), move("二", 1), move("四", 1), move("六", 2)]
    first = [play(table, one)[0] for one in moves]
    again = play(table, *moves)
    assert [verdict for verdict in again if isinstance(verdict, Won)] == first[1:]
    assert replace(again[0], game=first[0].game) == first[0]
    assert list(rows(table, "SELECT count(*) FROM game_win")) == [(3,)]


def test_a_repeated_link_gets_its_first_answer(table: Connection) -> None:
    start(table, opening(CHAIN))
    moves = [move("山高水长"), move("长驱直入", 2), move("入木三分")]
    assert play(table, *moves) == play(table, *moves)


def test_the_event_of_another_member_is_refused(table: Connection) -> None:
    in_order(table)
    play(table, move("二", 1, key="k"))
    assert isinstance(play(table, move("二", 2, key="k"))[0], KeyReused)


# Ending


def test_a_stopped_game_is_over_and_the_same_event_says_so_again(table: Connection) -> None:
    start(table, opening(QUIZ))
    first = stop(table)
    assert isinstance(first, Stopped)
    assert first.game.ended_because is EndedBecause.STOPPED
    assert stop(table) == first
    assert stop(table, "later") == NothingRuns()


def test_nothing_is_won_once_the_time_is_over(table: Connection) -> None:
    start(table, opening(QUIZ, minutes=1))
    assert play(table, move("二", at=NOW + 60 * SECOND)) == [NothingRuns()]


# What the database holds


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO game_win VALUES (1, 0, 2, 'other', 1)",
        "UPDATE game_win SET member_id = 2",
        "DELETE FROM game_win",
        "UPDATE game_round SET text = 'x'",
        "UPDATE game SET ends_at = 0",
        "DELETE FROM game",
        "INSERT INTO game_round (game_id, number, text) VALUES (1, 9, '一加一')",
        ANOTHER_GAME,
    ],
)
def test_the_database_refuses_what_must_not_be(table: Connection, statement: str) -> None:
    start(table, opening(QUIZ))
    play(table, move("二"))
    with pytest.raises(REFUSED):
        table.execute(statement)
