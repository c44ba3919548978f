"""Games: starting, moving, voting, stopping, and what the bot does of itself, a group at a time."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.core.ids import GroupKey, MemberId
from bot.games.beats import Beat, Told, apply_beats, apply_told
from bot.games.chain import Fit, Idioms
from bot.games.game import (
    Game,
    GameId,
    MoveResult,
    Opening,
    Round,
    Score,
    StartResult,
    StopResult,
    VoteResult,
)
from bot.games.lane import Move, Stop, apply_moves, apply_openings, apply_stops
from bot.games.rows import COUNTS, GAME, SCORES, game_of, round_of, score_of
from bot.games.votes import VoteWish, apply_votes
from bot.settings.schema.games import Games as Rules
from bot.store.db import Store
from bot.store.lane import Lane

_RUNNING: Final = f"{GAME} WHERE game.ended_at IS NULL ORDER BY game.id"
_RUNNING_IN: Final = f"{GAME} WHERE game.group_key = ? AND game.ended_at IS NULL"
_UNTOLD: Final = f"{GAME} WHERE game.told < game.beat ORDER BY game.id"
_LAST_IN: Final = f"{GAME} WHERE game.group_key = ? ORDER BY game.id DESC LIMIT 1"

_BEFORE: Final = """
SELECT game_round.text, game_round.answers, game_round.source, game_round.by_bot
FROM game_round WHERE game_id = ? AND number = ?
AND NOT EXISTS (SELECT 1 FROM game_win
    WHERE game_win.game_id = game_round.game_id AND game_win.number = game_round.number)
"""

_LIFE: Final = """
SELECT count(*) AS wins FROM game_win CROSS JOIN game ON game.id = game_win.game_id
WHERE game_win.member_id = ? AND game.group_key = ?
"""


class Games:
    """The lanes on which games are played, and what there is to see of them."""

    def __init__(self, store: Store, rng: random.Random) -> None:
        self._store = store
        self._rng = rng
        self._openings: Lane[Opening, StartResult] = store.lane("game start", apply_openings)
        self._moves: Lane[Move, MoveResult] = store.lane("game move", apply_moves)
        self._votes: Lane[VoteWish, VoteResult] = store.lane("game vote", apply_votes)
        self._stops: Lane[Stop, StopResult] = store.lane("game stop", apply_stops)
        self._beats: Lane[Beat, Game | None] = store.lane("game beat", apply_beats)
        self._told: Lane[Told, None] = store.lane("game told", apply_told)

    async def start(self, opening: Opening) -> StartResult:
        """Start a game, or say why not; the same event again gets its first answer."""
        return await self._openings.submit(opening)

    async def move(self, move: Move) -> MoveResult:
        """Judge a move; the same event again gets its first answer.

        Raises KeyReused for another member's event.
        """
        return await self._moves.submit(move)

    async def vote(self, wish: VoteWish) -> VoteResult:
        """Count a vote; the same event again gets its first answer.

        Raises KeyReused for another member's event.
        """
        return await self._votes.submit(wish)

    async def stop(self, stop: Stop) -> StopResult:
        """End the group's game; the same event again gets its first answer."""
        return await self._stops.submit(stop)

    async def beat(
        self, game: Game, *, now: datetime, rules: Rules, idioms: Idioms | None, fit: Fit
    ) -> Game | None:
        """Do what is due in a game by itself; None when nothing was, after all.

        ``fit`` tells which idioms may be said.
        """
        seed = self._rng.getrandbits(32)
        return await self._beats.submit(Beat(game.game_id, now, rules, idioms, fit, seed))

    async def mark_told(self, game: Game) -> None:
        """The group was told how ``game`` stands."""
        await self._told.submit(Told(game.game_id, game.beat))

    def draw(self, rounds: Sequence[Round], count: int) -> tuple[Round, ...]:
        """At most ``count`` of ``rounds``, in a drawn order."""
        return tuple(self._rng.sample(list(rounds), min(count, len(rounds))))

    async def find_running(self, group_key: GroupKey) -> Game | None:
        """The group's running game."""
        rows = await self._store.read(_RUNNING_IN, (group_key,))
        return game_of(rows[0]) if rows else None

    async def find_last(self, group_key: GroupKey) -> Game | None:
        """The group's newest game, running or over."""
        rows = await self._store.read(_LAST_IN, (group_key,))
        return game_of(rows[0]) if rows else None

    async def read_running(self) -> list[Game]:
        """All games that run."""
        return [game_of(row) for row in await self._store.read(_RUNNING)]

    async def read_untold(self) -> list[Game]:
        """Games of which their groups have to be told."""
        return [game_of(row) for row in await self._store.read(_UNTOLD)]

    async def read_scores(self, game_id: GameId) -> list[Score]:
        """Who won how many rounds; the most first, of equals who had so many first."""
        return [score_of(row) for row in await self._store.read(SCORES, (game_id,))]

    async def read_counts(self, game_id: GameId) -> tuple[int, int]:
        """The votes for each answer."""
        (row,) = await self._store.read(COUNTS, (game_id,))
        return row["first"], row["second"]

    async def read_unwon(self, game_id: GameId, number: int) -> Round | None:
        """Round ``number`` of a game if nobody won it."""
        rows = await self._store.read(_BEFORE, (game_id, number))
        return round_of(rows[0]) if rows else None

    async def count_wins(self, member_id: MemberId, group_key: GroupKey) -> int:
        """How many rounds the member has won in all games of the group."""
        (row,) = await self._store.read(_LIFE, (member_id, group_key))
        return int(row["wins"])
