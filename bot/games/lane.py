"""The lanes of games: whatever happens in a group's game happens one after the other.

Each item is looked at by itself: games are played at the speed of people. What an event did
before is found by its key, and answered as it was then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.core.errors import KeyReused, YutangError
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.games.chain import Idioms, judge
from bot.games.game import (
    EndedBecause,
    Game,
    GameKind,
    MissAnswer,
    Missed,
    MissedBecause,
    MoveResult,
    NothingRuns,
    Opening,
    Resting,
    Round,
    Running,
    Started,
    StartResult,
    Stopped,
    StopResult,
    Won,
    hints_due,
    is_last,
)
from bot.games.guessing import is_right
from bot.games.rows import (
    count_misses,
    count_wins,
    find_game,
    find_round,
    find_running,
    read_recent,
    read_texts,
    write_game,
    write_rounds,
    write_state,
)
from bot.settings.schema.games import Games, Guessing
from bot.store.connection import Connection
from bot.store.fields import to_micros

LATE_SECONDS: Final = 15
"""So long after a question was won its answer is late rather than wrong."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a member typed in a game of ``group_key``; for a chain ``text`` is the idiom."""

    key: EventKey
    group_key: GroupKey
    member_id: MemberId
    at: datetime
    text: str
    rules: Games
    idioms: Idioms | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody who may do so ends the group's game."""

    key: EventKey
    group_key: GroupKey
    at: datetime


def apply_openings(
    connection: Connection, openings: Sequence[Opening]
) -> list[StartResult | YutangError]:
    """Start games within the open transaction; one answer for each, in order."""
    return [_open(connection, opening) for opening in openings]


def apply_moves(connection: Connection, moves: Sequence[Move]) -> list[MoveResult | YutangError]:
    """Judge moves within the open transaction; one answer for each, in order."""
    return [_move(connection, move) for move in moves]


def apply_stops(connection: Connection, stops: Sequence[Stop]) -> list[StopResult | YutangError]:
    """End games within the open transaction; one answer for each, in order."""
    return [_stop(connection, stop) for stop in stops]


def end(game: Game, because: EndedBecause, at: datetime) -> Game:
    """The game, over."""
    return replace(game, ended_at=at, ended_because=because)


def _open(connection: Connection, wish: Opening) -> StartResult | YutangError:
    before = find_game(connection, "game.event_key = ?", wish.key)
    if before is not None:
        return _started_before(connection, before, wish)
    running = find_running(connection, wish.group_key)
    if running is not None and wish.at < running.ends_at:
        return Running(running)
    if running is not None:
        over = end(running, EndedBecause.TIME, running.ends_at)
        write_state(connection, replace(over, beat=over.beat + 1))
    last = find_game(connection, "game.group_key = ? AND game.ended_at IS NOT NULL", wish.group_key)
    if last is not None and last.ended_at is not None and wish.at < last.ended_at + wish.rest:
        return Resting(last.ended_at + wish.rest)
    in_turn = _longest_ago(wish.pool, read_recent(connection, wish))
    game_id = write_game(connection, wish, in_turn[: wish.asked])
    game = find_game(connection, "game.id = ?", game_id)
    assert game is not None, "it was written just now"
    return Started(game)


def _longest_ago(pool: Sequence[Round], recent: Sequence[str]) -> list[Round]:
    """What was never brought up in its drawn order, then what was, the longest ago first."""
    ago = {text: place for place, text in reversed(list(enumerate(recent)))}
    return sorted(pool, key=lambda round_: -ago.get(round_.text, len(recent)))


def _started_before(connection: Connection, game: Game, wish: Opening) -> Started | KeyReused:
    first = find_round(connection, game.game_id, 0)
    if first is None or (game.group_key, game.kind) != (wish.group_key, wish.kind):
        return KeyReused("another game was started with this event", key=wish.key)
    return Started(_as_of(game, 0, first, wins=0, at=game.started_at))


def _stop(connection: Connection, stop: Stop) -> StopResult:
    stopped = find_game(connection, "game.end_key = ?", stop.key)
    if stopped is not None:
        return Stopped(stopped)
    running = find_running(connection, stop.group_key)
    if running is None:
        return NothingRuns()
    over = end(running, EndedBecause.STOPPED, stop.at)
    write_state(connection, over, stop.key)
    return Stopped(over)


def _move(connection: Connection, move: Move) -> MoveResult | YutangError:
    before = _moved_before(connection, move)
    if before is not None:
        return before
    game = find_running(connection, move.group_key)
    if game is None or game.kind is GameKind.VOTE or move.at >= game.ends_at:
        return NothingRuns()
    because = _judge(connection, game, move)
    return (
        _win(connection, game, move) if because is None else _miss(connection, game, move, because)
    )


def _judge(connection: Connection, game: Game, move: Move) -> MissedBecause | None:
    """What is wrong with a move; None for nothing."""
    if game.kind is GameKind.CHAIN:
        if move.idioms is None:
            return MissedBecause.UNKNOWN
        used, by_sound = read_texts(connection, game.game_id), move.rules.chain.by_sound
        return judge(move.text, game.current.text, used, move.idioms, by_sound=by_sound)
    tries = _guessing(game, move.rules).tries
    if count_misses(connection, game, move.member_id) >= tries:
        return MissedBecause.NO_TRIES
    sounds = None if move.idioms is None else move.idioms.sounds
    if is_right(move.text, game.current.answers, sounds):
        return None
    before = find_round(connection, game.game_id, game.number - 1)
    is_late = move.at - game.round_at < timedelta(seconds=LATE_SECONDS)
    if before is not None and is_late and is_right(move.text, before.answers, sounds):
        return MissedBecause.LATE
    return MissedBecause.WRONG


def _win(connection: Connection, game: Game, move: Move) -> Won:
    connection.execute(
        "INSERT INTO game_win (game_id, number, member_id, event_key, at) VALUES (?, ?, ?, ?, ?)",
        (game.game_id, game.number, move.member_id, move.key, to_micros(move.at)),
    )
    if game.kind is GameKind.CHAIN:
        linked = Round(move.text, by_bot=False)
        write_rounds(connection, game.game_id, game.number + 1, [linked])
    after = _after(connection, game, move.at)
    write_state(connection, after)
    score = count_wins(connection, game.game_id, move.member_id, game.number)
    return Won(after, game.current, score)


def _after(connection: Connection, game: Game, at: datetime) -> Game:
    """The game when its open round has been won at ``at``."""
    won = replace(game, wins=game.wins + 1)
    following = find_round(connection, game.game_id, game.number + 1)
    if following is not None:
        won = _as_of(won, game.number + 1, following, wins=won.wins, at=at)
    is_done = is_last(game) if game.kind.is_guessed else won.wins == game.rounds
    return end(won, EndedBecause.ROUNDS, at) if is_done else won


def _as_of(game: Game, number: int, current: Round, *, wins: int, at: datetime) -> Game:
    """The game as it was when round ``number`` began."""
    return replace(
        game,
        number=number,
        current=current,
        wins=wins,
        round_at=at,
        hints=0,
        ended_at=None,
        ended_because=None,
    )


def _miss(connection: Connection, game: Game, move: Move, because: MissedBecause) -> Missed:
    mine = count_misses(connection, game, move.member_id) + (because is MissedBecause.WRONG)
    hints = game.hints
    if game.kind is GameKind.RIDDLES and because is MissedBecause.WRONG:
        misses = count_misses(connection, game) + 1
        hints = max(hints, hints_due(move.rules.riddles, misses))
    answer = MissAnswer.TOLD
    if hints > game.hints:
        answer = MissAnswer.HINTED
        game = replace(game, hints=hints)
        write_state(connection, game)
    elif _is_told_enough(connection, game, move, because):
        answer = MissAnswer.SILENT
    connection.execute(
        "INSERT INTO game_miss (event_key, game_id, number, member_id, why, answer, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            move.key,
            game.game_id,
            game.number,
            move.member_id,
            because,
            answer,
            to_micros(move.at),
        ),
    )
    return Missed(game, because, answer, _left(game, move, mine))


def _is_told_enough(connection: Connection, game: Game, move: Move, because: MissedBecause) -> bool:
    """Whether the member was answered a moment ago, or told already that his tries are used up."""
    since = to_micros(move.at - timedelta(seconds=move.rules.answer_seconds))
    row = connection.execute(
        "SELECT count(*) AS told FROM game_miss WHERE game_id = ? AND member_id = ?"
        " AND answer <> ? AND (at > ? OR (number = ? AND why = ? AND why = ?))",
        (
            game.game_id,
            move.member_id,
            MissAnswer.SILENT,
            since,
            game.number,
            because,
            MissedBecause.NO_TRIES,
        ),
    ).fetchone()
    return bool(row["told"])


def _left(game: Game, move: Move, misses: int) -> int:
    if not game.kind.is_guessed:
        return 0
    return max(0, _guessing(game, move.rules).tries - misses)


def _guessing(game: Game, rules: Games) -> Guessing:
    return rules.quiz if game.kind is GameKind.QUIZ else rules.riddles


def _moved_before(connection: Connection, move: Move) -> Won | Missed | KeyReused | None:
    """What the event did before, as it was answered then; None for nothing."""
    row = connection.execute(
        "SELECT game_id, number, member_id, at, '' AS why, '' AS answer FROM game_win"
        " WHERE event_key = ? UNION ALL"
        " SELECT game_id, number, member_id, at, why, answer FROM game_miss WHERE event_key = ?",
        (move.key, move.key),
    ).fetchone()
    if row is None:
        return None
    game = find_game(connection, "game.id = ?", row["game_id"])
    then = find_round(connection, row["game_id"], row["number"])
    if game is None or then is None or row["member_id"] != move.member_id:
        return KeyReused("this event was another move", key=move.key)
    wins = connection.execute(
        "SELECT count(*) AS wins FROM game_win WHERE game_id = ? AND number < ?",
        (game.game_id, row["number"]),
    ).fetchone()["wins"]
    hints = game.hints if game.number == row["number"] else 0
    was = _as_of(game, row["number"], then, wins=wins, at=move.at)
    if not row["why"]:
        score = count_wins(connection, game.game_id, move.member_id, row["number"])
        return Won(_after(connection, was, move.at), then, score)
    left = _left(game, move, count_misses(connection, was, move.member_id))
    because = MissedBecause(row["why"])
    return Missed(replace(was, hints=hints), because, MissAnswer(row["answer"]), left)
