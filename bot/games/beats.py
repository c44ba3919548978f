"""The lane of beats: what the bot does of itself in a game, and that the group was told of it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from bot.games.chain import Fit, Idioms, choose_link
from bot.games.game import (
    BeatKind,
    EndedBecause,
    Game,
    GameId,
    Round,
    beat_due,
    is_last,
)
from bot.games.lane import end
from bot.games.rows import find_game, find_round, read_texts, write_rounds, write_state
from bot.settings.schema.games import Games
from bot.store.connection import Connection


@dataclass(frozen=True, slots=True)
class Beat:
    """Do in a game what is due at ``at``; ``seed`` decides which idiom is said."""

    game_id: GameId
    at: datetime
    rules: Games
    idioms: Idioms | None
    fit: Fit
    seed: int


@dataclass(frozen=True, slots=True)
class Told:
    """The group was told of the game as it was after ``beat``."""

    game_id: GameId
    beat: int


def apply_beats(connection: Connection, beats: Sequence[Beat]) -> list[Game | None]:
    """What became of each game; None where nothing was due any more."""
    return [_beat(connection, beat) for beat in beats]


def apply_told(connection: Connection, told: Sequence[Told]) -> list[None]:
    """Note it."""
    for one in told:
        connection.execute(
            "UPDATE game SET told = ? WHERE id = ? AND told < ?", (one.beat, one.game_id, one.beat)
        )
    return [None] * len(told)


def _beat(connection: Connection, beat: Beat) -> Game | None:
    game = find_game(connection, "game.id = ?", beat.game_id)
    kind = None if game is None else beat_due(game, beat.rules, beat.at)
    if game is None or kind is None:
        return None
    after = _changed(connection, game, kind, beat)
    if after is None:
        return None
    after = replace(after, beat=game.beat + 1)
    write_state(connection, after)
    return after


def _changed(connection: Connection, game: Game, kind: BeatKind, beat: Beat) -> Game | None:
    match kind:
        case BeatKind.END:
            return end(game, EndedBecause.TIME, game.ends_at)
        case BeatKind.HINT:
            return replace(game, hints=game.hints + 1)
        case BeatKind.GIVE_AWAY:
            return _next_question(connection, game, beat.at)
        case BeatKind.HELP:
            return _help(connection, game, beat)
    assert_never(kind)


def _next_question(connection: Connection, game: Game, at: datetime) -> Game:
    following = find_round(connection, game.game_id, game.number + 1)
    if following is None or is_last(game):
        return end(game, EndedBecause.ROUNDS, at)
    return replace(game, number=game.number + 1, current=following, round_at=at, hints=0)


def _help(connection: Connection, game: Game, beat: Beat) -> Game | None:
    """The chain with a word of the bot's; None when there is none to say."""
    if beat.idioms is None:
        return None
    word = choose_link(
        game.current.text,
        read_texts(connection, game.game_id),
        beat.idioms,
        by_sound=beat.rules.chain.by_sound,
        least=beat.rules.common_from,
        fit=beat.fit,
        rng=random.Random(beat.seed),
    )
    if word is None:
        return None
    said = Round(word)
    write_rounds(connection, game.game_id, game.number + 1, [said])
    return replace(game, number=game.number + 1, current=said, round_at=beat.at)
