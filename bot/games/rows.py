"""The tables of games, read and written inside a lane's transaction: one game at a time."""

import json
from typing import Final

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.games.game import (
    EndedBecause,
    Game,
    GameId,
    GameKind,
    MissedBecause,
    Opening,
    Round,
    Score,
)
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros
from bot.store.sql import over

GAME: Final = """
SELECT game.id, game.group_key, game.kind, game.started_by, game.started_at, game.ends_at,
    game.rounds, game.round, game.wins, game.round_at, game.hints, game.beat, game.told,
    game.ended_at, game.ended_because,
    game_round.text, game_round.answers, game_round.source, game_round.by_bot
FROM game CROSS JOIN game_round
    ON game_round.game_id = game.id AND game_round.number = game.round
"""

SCORES: Final = """
SELECT member_id, count(*) AS wins FROM game_win WHERE game_id = ?
GROUP BY member_id ORDER BY count(*) DESC, max(at), member_id
"""

COUNTS: Final = """
SELECT CAST(coalesce(sum(1 - choice), 0) AS INTEGER) AS first,
    CAST(coalesce(sum(choice), 0) AS INTEGER) AS second
FROM game_vote WHERE game_id = ?
"""

_RECENT: Final = """
SELECT game_round.text FROM game CROSS JOIN game_round ON game_round.game_id = game.id
WHERE game.group_key = ? AND game.kind = ? AND game_round.by_bot = 1
ORDER BY game.id DESC, game_round.number DESC LIMIT ?
"""

RECENT_ROUNDS: Final = 200
"""What the bot brought up in a group within so many rounds comes behind what it did not."""

_ADD_ROUNDS: Final = over(
    "game_id int, round int, text text, answers text, source text, by_bot int",
    "INSERT INTO game_round (game_id, number, text, answers, source, by_bot)"
    " SELECT game_id, round, text, answers, source, by_bot FROM rows",
)


def game_of(row: Row) -> Game:
    """The game of a row of GAME."""
    because = row["ended_because"]
    return Game(
        game_id=GameId(row["id"]),
        group_key=GroupKey(row["group_key"]),
        kind=GameKind(row["kind"]),
        started_by=MemberId(row["started_by"]),
        started_at=from_micros(row["started_at"]),
        ends_at=from_micros(row["ends_at"]),
        rounds=row["rounds"],
        number=row["round"],
        wins=row["wins"],
        round_at=from_micros(row["round_at"]),
        hints=row["hints"],
        beat=row["beat"],
        told=row["told"],
        ended_at=maybe_instant(row["ended_at"]),
        ended_because=None if because is None else EndedBecause(because),
        current=round_of(row),
    )


def round_of(row: Row) -> Round:
    """The round of a row."""
    answers = tuple(json.loads(row["answers"]))
    return Round(row["text"], answers, row["source"], bool(row["by_bot"]))


def score_of(row: Row) -> Score:
    """The score of a row of SCORES."""
    return Score(MemberId(row["member_id"]), row["wins"])


def find_game(connection: Connection, where: str, *values: str | int) -> Game | None:
    """The newest game for which ``where`` holds."""
    query = f"{GAME} WHERE {where} ORDER BY game.id DESC LIMIT 1"
    row = connection.execute(query, values).fetchone()
    return None if row is None else game_of(row)


def find_running(connection: Connection, group_key: GroupKey) -> Game | None:
    """The game that runs in a group."""
    return find_game(connection, "game.group_key = ? AND game.ended_at IS NULL", group_key)


def find_round(connection: Connection, game_id: GameId, number: int) -> Round | None:
    """A round of a game."""
    row = connection.execute(
        "SELECT text, answers, source, by_bot FROM game_round WHERE game_id = ? AND number = ?",
        (game_id, number),
    ).fetchone()
    return None if row is None else round_of(row)


def read_texts(connection: Connection, game_id: GameId) -> set[str]:
    """What was said in a game."""
    rows = connection.execute("SELECT text FROM game_round WHERE game_id = ?", (game_id,))
    return {row["text"] for row in rows}


def read_recent(connection: Connection, wish: Opening) -> list[str]:
    """What the bot brought up in the group's last games of this kind, the latest first."""
    rows = connection.execute(_RECENT, (wish.group_key, wish.kind, RECENT_ROUNDS))
    return [row["text"] for row in rows]


def write_game(connection: Connection, wish: Opening, rounds: list[Round]) -> GameId:
    """A new game with its first rounds."""
    row = connection.execute(
        "INSERT INTO game (group_key, kind, event_key, started_by, started_at, ends_at, rounds,"
        " round_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            wish.group_key,
            wish.kind,
            wish.key,
            wish.member_id,
            to_micros(wish.at),
            to_micros(wish.ends_at),
            wish.rounds,
            to_micros(wish.at),
        ),
    ).fetchone()
    game_id = GameId(row["id"])
    write_rounds(connection, game_id, 0, rounds)
    return game_id


def write_rounds(connection: Connection, game_id: GameId, first: int, rounds: list[Round]) -> None:
    """Rounds of a game, from number ``first`` on."""
    connection.write(
        _ADD_ROUNDS,
        [
            (
                game_id,
                first + place,
                round_.text,
                json.dumps(round_.answers, ensure_ascii=False),
                round_.source,
                int(round_.by_bot),
            )
            for place, round_ in enumerate(rounds)
        ],
    )


def write_state(connection: Connection, game: Game, end_key: EventKey | None = None) -> None:
    """Where a game stands now."""
    connection.execute(
        "UPDATE game SET round = ?, wins = ?, round_at = ?, hints = ?, beat = ?, told = ?,"
        " ended_at = ?, ended_because = ?, end_key = ? WHERE id = ?",
        (
            game.number,
            game.wins,
            to_micros(game.round_at),
            game.hints,
            game.beat,
            game.told,
            maybe_micros(game.ended_at),
            game.ended_because,
            end_key,
            game.game_id,
        ),
    )


def count_wins(connection: Connection, game_id: GameId, member_id: MemberId, until: int) -> int:
    """How many rounds up to ``until`` the member has won."""
    row = connection.execute(
        "SELECT count(*) AS wins FROM game_win WHERE game_id = ? AND member_id = ? AND number <= ?",
        (game_id, member_id, until),
    ).fetchone()
    return int(row["wins"])


def count_misses(connection: Connection, game: Game, member_id: MemberId | None = None) -> int:
    """Wrong answers to the question that is open, of everybody or of one."""
    whose = "" if member_id is None else " AND member_id = ?"
    values = (game.game_id, game.number, MissedBecause.WRONG)
    row = connection.execute(
        f"SELECT count(*) AS misses FROM game_miss WHERE game_id = ? AND number = ?"
        f" AND why = ?{whose}",
        values if member_id is None else (*values, member_id),
    ).fetchone()
    return int(row["misses"])
