"""A few words to play with, and games on a connection of the test's own."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.games.beats import Beat, apply_beats
from bot.games.chain import Idioms
from bot.games.game import Game, GameKind, Opening, Round, Started, Voted
from bot.games.lane import Move, Stop, apply_moves, apply_openings, apply_stops
from bot.games.votes import VoteWish, apply_votes
from bot.settings.schema.games import Games
from bot.store.connection import Connection
from tests.unit.rewards.support import run

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
VIP = GroupKey("vip")
RULES = Games()

COMMON = {"开门见山": 9000, "山高水长": 5000, "长驱直入": 3000, "入木三分": 2000, "山清水秀": 4000}
RARE = {"分秒必争": 300, "长年累月": 20}
IDIOMS = Idioms(
    counts={**COMMON, **RARE},
    sounds={
        "山": frozenset({"shan"}),
        "闪": frozenset({"shan"}),
        "长": frozenset({"chang", "zhang"}),
        "分": frozenset({"fen"}),
        "入": frozenset({"ru"}),
        "如": frozenset({"ru"}),
        "三": frozenset({"san"}),
        "木": frozenset({"mu"}),
    },
)

QUESTIONS = (
    Round("一加一", ("二", "两个")),
    Round("二加二", ("四", "四个")),
    Round("三加三", ("六", "六个")),
)


def opening(
    kind: GameKind,
    key: str = "start",
    *,
    pool: Sequence[Round] | None = None,
    rounds: int = 3,
    minutes: int = 15,
    member: int = 1,
    at: datetime = NOW,
    rest: timedelta = timedelta(),
    group: GroupKey = VIP,
) -> Opening:
    """A wish for a game."""
    first = {GameKind.CHAIN: (Round("开门见山"),), GameKind.VOTE: (Round("去哪", ("山", "海")),)}
    given = tuple(pool) if pool is not None else first.get(kind, QUESTIONS)
    asked = min(rounds, len(given)) if kind.is_guessed else 1
    return Opening(
        key=EventKey(key),
        kind=kind,
        group_key=group,
        member_id=MemberId(member),
        at=at,
        ends_at=at + timedelta(minutes=minutes),
        rounds=asked if kind.is_guessed else rounds,
        asked=asked,
        pool=given,
        rest=rest,
    )


def start(connection: Connection, wish: Opening) -> Game:
    """A game that must not be refused."""
    (result,) = run(connection, apply_openings, wish)
    assert isinstance(result, Started), result
    return result.game


def move(
    text: str, member: int = 1, *, key: str = "", at: datetime = NOW, rules: Games = RULES
) -> Move:
    """What a member types in the game."""
    return Move(
        key=EventKey(key or f"{member}/{text}/{at.timestamp()}"),
        group_key=VIP,
        member_id=MemberId(member),
        at=at,
        text=text,
        rules=rules,
        idioms=IDIOMS,
    )


def play(connection: Connection, *moves: Move) -> list[Any]:
    """The verdicts on ``moves``, brought in one batch."""
    return run(connection, apply_moves, *moves)


def vote(
    connection: Connection, game: Game, choice: int, member: int, *, key: str = "", second: int = 0
) -> Voted:
    """A vote that must count."""
    at = NOW + second * SECOND
    wish = VoteWish(EventKey(key or f"{member}/{at}"), game.game_id, MemberId(member), at, choice)
    (result,) = run(connection, apply_votes, wish)
    assert isinstance(result, Voted), result
    return result


def stop(connection: Connection, key: str = "stop") -> object:
    """Somebody ends the game."""
    return run(connection, apply_stops, Stop(EventKey(key), VIP, NOW + SECOND))[0]


def beat(
    connection: Connection, game: Game, seconds: float, *, rules: Games = RULES, seed: int = 1
) -> Game | None:
    """What the bot does of itself so long after NOW."""
    at = NOW + seconds * SECOND
    wish = Beat(game.game_id, at, rules, IDIOMS, lambda word: "水" not in word, seed)
    result: Game | None = run(connection, apply_beats, wish)[0]
    return result


def rows(connection: Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query."""
    return (tuple(row) for row in connection.execute(query))
