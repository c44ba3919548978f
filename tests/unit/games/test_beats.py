"""What the bot does of itself: hints, the next question, a word when nobody has one, the end."""

import pytest

from bot.games.beats import Told, apply_told
from bot.games.game import EndedBecause, Game, GameKind, next_beat
from bot.settings.schema.games import Games
from bot.store.connection import Connection
from tests.unit.games.support import (
    NOW,
    QUESTIONS,
    RULES,
    SECOND,
    beat,
    move,
    opening,
    play,
    rows,
    start,
)
from tests.unit.rewards.support import run

CHAIN, RIDDLES, QUIZ, VOTE = GameKind.CHAIN, GameKind.RIDDLES, GameKind.QUIZ, GameKind.VOTE


def done(game: Game | None) -> Game:
    assert game is not None, "something was due"
    return game


def test_nothing_is_done_before_its_time(table: Connection) -> None:
    game = start(table, opening(RIDDLES))
    due = next_beat(game, RULES)
    assert due == NOW + RULES.riddles.hint_after_seconds * SECOND
    assert beat(table, game, RULES.riddles.hint_after_seconds - 1) is None
    assert done(beat(table, game, RULES.riddles.hint_after_seconds)).hints == 1


def test_a_riddle_has_one_hint_by_time_then_it_is_given_away(table: Connection) -> None:
    game = start(table, opening(RIDDLES))
    hinted = done(beat(table, game, 60))
    assert beat(table, game, 61) is None
    assert next_beat(hinted, RULES) == NOW + RULES.riddles.seconds * SECOND
    following = done(beat(table, game, RULES.riddles.seconds))
    assert (following.current, following.hints) == (QUESTIONS[1], 0)
    assert following.round_at == NOW + RULES.riddles.seconds * SECOND


def test_a_quiz_gives_no_hints(table: Connection) -> None:
    game = start(table, opening(QUIZ))
    assert next_beat(game, RULES) == NOW + RULES.quiz.seconds * SECOND


def test_a_game_that_nobody_plays_ends_with_its_last_question(table: Connection) -> None:
    game = start(table, opening(QUIZ, minutes=60))
    for number in range(1, len(QUESTIONS) + 1):
        game = done(beat(table, game, number * RULES.quiz.seconds))
    assert game.ended_because is EndedBecause.ROUNDS
    assert game.wins == 0
    assert next_beat(game, RULES) is None


def test_a_win_puts_the_next_beat_off(table: Connection) -> None:
    game = start(table, opening(QUIZ))
    play(table, move("二", at=NOW + 60 * SECOND))
    assert beat(table, game, RULES.quiz.seconds) is None


def test_the_end_comes_before_everything_else(table: Connection) -> None:
    game = start(table, opening(QUIZ, minutes=1))
    over = done(beat(table, game, 3600))
    assert (over.ended_because, over.ended_at) == (EndedBecause.TIME, game.ends_at)


@pytest.mark.parametrize("kind", list(GameKind))
def test_every_game_has_an_end(table: Connection, kind: GameKind) -> None:
    game = start(table, opening(kind))
    while (due := next_beat(game, RULES)) is not None:
        game = done(beat(table, game, (due - NOW).total_seconds()))
    assert game.is_over


def test_the_bot_helps_a_chain_once_and_then_waits_for_a_member(table: Connection) -> None:
    game = start(table, opening(CHAIN))
    assert next_beat(game, RULES) == game.ends_at, "its own opening is not its to continue"
    play(table, move("山高水长"))
    helped = done(beat(table, game, RULES.chain.help_seconds))
    assert (helped.current.text, helped.current.by_bot) == ("长驱直入", True)
    assert (helped.wins, helped.number) == (1, 2)
    assert next_beat(helped, RULES) == game.ends_at
    (won,) = play(table, move("入木三分", 2, at=NOW + 200 * SECOND))
    assert won.game.wins == 2
    assert list(rows(table, "SELECT number, member_id FROM game_win ORDER BY number")) == [
        (0, 1),
        (2, 2),
    ]


def test_help_can_be_switched_off(table: Connection) -> None:
    game = start(table, opening(CHAIN))
    play(table, move("山高水长"))
    silent = Games.model_validate({"chain": {"help_seconds": 0}})
    assert beat(table, game, 600, rules=silent) is None


def told(table: Connection, game: Game) -> tuple[int, int]:
    run(table, apply_told, Told(game.game_id, game.beat))
    (row,) = rows(table, "SELECT told, beat FROM game")
    return row


def test_what_was_done_is_untold_until_it_is_told(table: Connection) -> None:
    game = start(table, opening(QUIZ))
    assert not game.untold
    first = done(beat(table, game, RULES.quiz.seconds))
    assert first.untold
    second = done(beat(table, game, 2 * RULES.quiz.seconds))
    assert told(table, first) == (1, 2), "the newer one is still to be told"
    assert told(table, second) == (2, 2)
    assert told(table, first) == (2, 2)
