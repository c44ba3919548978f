"""The lane of votes: one vote a member, and he may think again until the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.errors import KeyReused, YutangError
from bot.core.ids import EventKey, MemberId
from bot.games.game import Game, GameId, GameKind, NothingRuns, Voted, VoteResult, VoteTurn
from bot.games.rows import COUNTS, find_game
from bot.store.connection import Connection, Row
from bot.store.fields import to_micros


@dataclass(frozen=True, slots=True)
class VoteWish:
    """A member votes for the answer at ``choice`` in the game ``game_id``."""

    key: EventKey
    game_id: GameId
    member_id: MemberId
    at: datetime
    choice: int


def apply_votes(
    connection: Connection, wishes: Sequence[VoteWish]
) -> list[VoteResult | YutangError]:
    """Count votes within the open transaction; one answer for each, in order."""
    return [_vote(connection, wish) for wish in wishes]


def _vote(connection: Connection, wish: VoteWish) -> VoteResult | YutangError:
    given = connection.execute(
        "SELECT game_id, member_id, choice, changes FROM game_vote WHERE event_key = ?",
        (wish.key,),
    ).fetchone()
    if given is not None:
        return _voted_before(connection, given, wish)
    game = find_game(connection, "game.id = ?", wish.game_id)
    if game is None or game.kind is not GameKind.VOTE:
        return NothingRuns()
    if game.is_over or wish.at >= game.ends_at:
        return NothingRuns()
    mine = connection.execute(
        "SELECT choice, at FROM game_vote WHERE game_id = ? AND member_id = ?",
        (game.game_id, wish.member_id),
    ).fetchone()
    if mine is None:
        connection.execute(
            "INSERT INTO game_vote (game_id, member_id, choice, event_key, at)"
            " VALUES (?, ?, ?, ?, ?)",
            (game.game_id, wish.member_id, wish.choice, wish.key, to_micros(wish.at)),
        )
        return _voted(connection, game, wish.choice, VoteTurn.FIRST)
    if mine["choice"] == wish.choice or to_micros(wish.at) < mine["at"]:
        return _voted(connection, game, mine["choice"], VoteTurn.SAME)
    connection.execute(
        "UPDATE game_vote SET choice = ?, event_key = ?, at = ?, changes = changes + 1"
        " WHERE game_id = ? AND member_id = ?",
        (wish.choice, wish.key, to_micros(wish.at), game.game_id, wish.member_id),
    )
    return _voted(connection, game, wish.choice, VoteTurn.CHANGED)


def _voted_before(connection: Connection, given: Row, wish: VoteWish) -> Voted | KeyReused:
    game = find_game(connection, "game.id = ?", given["game_id"])
    if game is None or given["member_id"] != wish.member_id:
        return KeyReused("this event was another vote", key=wish.key)
    turn = VoteTurn.CHANGED if given["changes"] else VoteTurn.FIRST
    return _voted(connection, game, given["choice"], turn)


def _voted(connection: Connection, game: Game, choice: int, turn: VoteTurn) -> Voted:
    row = connection.execute(COUNTS, (game.game_id,)).fetchone()
    return Voted(game, choice, turn, (row["first"], row["second"]))
