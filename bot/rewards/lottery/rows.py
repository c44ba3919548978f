"""The tables of lotteries: rows become values, and values rows."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from bot.core.ids import EventKey, LotteryId, MemberId
from bot.rewards.lottery.draw import Ticket
from bot.rewards.lottery.drawing import WrongAnswer
from bot.rewards.lottery.rounds import Draw, Round, RoundState, Win, WinState
from bot.rewards.lottery.terms import Terms, hash_of, read_terms, write_terms
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros
from bot.store.sql import over

ROUND_COLUMNS = """
SELECT lottery.id, lottery.key, lottery.round, lottery.seed, lottery.seed_hash, lottery.state,
    lottery.published_at, lottery.draw_count, lottery.entrants_hash, lottery.ended_at,
    latest.version, latest.terms
"""

WITH_TERMS = """
CROSS JOIN lottery_terms AS latest ON latest.lottery_id = lottery.id AND latest.version = (
    SELECT max(version) FROM lottery_terms WHERE lottery_terms.lottery_id = lottery.id
)
"""

ROUND = f"{ROUND_COLUMNS} FROM lottery {WITH_TERMS}"

DRAW = """
SELECT lottery_draw.lottery_id, lottery_draw.position, lottery_draw.member_id,
    lottery_draw.number, lottery_draw.day_number, lottery_draw.misses, lottery_draw.event_key,
    lottery_draw.at, lottery_draw.on_date, lottery_draw.terms_version, lottery_draw.fee,
    lottery_draw.roll, lottery_draw.total
"""

WIN_COLUMNS = """
SELECT lottery_win.id AS win_id, lottery_win.lottery_id, lottery_win.position,
    lottery_win.member_id, lottery_draw.number, lottery_win.prize_key, lottery_win.amount,
    lottery_win.at, lottery_win.on_date, lottery_win.claim_until, lottery_win.state,
    lottery_win.follows
"""

WITH_DRAW = """
CROSS JOIN lottery_draw ON lottery_draw.lottery_id = lottery_win.lottery_id
    AND lottery_draw.position = lottery_win.position
"""

WIN = f"{WIN_COLUMNS} FROM lottery_win {WITH_DRAW}"

_WRITE_DRAW = over(
    "lottery_id int, position int, member_id int, nth int, day_number int, misses int,"
    " event_key text, at int, on_date text, terms_version int, fee int, roll int, total int",
    """
INSERT INTO lottery_draw (lottery_id, position, member_id, number, day_number, misses, event_key,
    at, on_date, terms_version, fee, roll, total)
SELECT lottery_id, position, member_id, nth, day_number, misses, event_key, at, on_date,
    terms_version, fee, roll, total FROM rows
""",
)

_WRITE_WIN = over(
    "win_id int, lottery_id int, position int, member_id int, prize_key text, kind text,"
    " amount int, at int, on_date text, claim_until int, state text, follows int",
    """
INSERT INTO lottery_win (id, lottery_id, position, member_id, prize_key, kind, amount, at, on_date,
    claim_until, state, state_at, follows)
SELECT win_id, lottery_id, position, member_id, prize_key, kind, amount, at, on_date, claim_until,
    state, at, follows FROM rows
""",
)

_COUNT_WINS = over(
    "lottery_id int, prize_key text, won int",
    """
UPDATE lottery_prize SET won = lottery_prize.won + rows.won FROM rows
WHERE lottery_prize.lottery_id = rows.lottery_id AND lottery_prize.prize_key = rows.prize_key
""",
)

_COUNT_DRAWS = over(
    "lottery_id int, draws int",
    """
UPDATE lottery SET draw_count = lottery.draw_count + rows.draws FROM rows
WHERE lottery.id = rows.lottery_id
""",
)

_WRITE_WRONG_ANSWER = over(
    "event_key text, lottery_id int, member_id int, on_date text",
    """
INSERT INTO lottery_miss (event_key, lottery_id, member_id, on_date)
SELECT event_key, lottery_id, member_id, on_date FROM rows
""",
)

_REOPEN = over(
    "win_id int, at int",
    """
UPDATE lottery_win SET state = 'open', state_at = rows.at FROM rows
WHERE lottery_win.id = rows.win_id AND lottery_win.state = 'claimed'
""",
)

_CLAIM = """
UPDATE lottery_win SET state = 'claimed', state_at = ? WHERE id = ? AND state = 'open'
"""

_WRITE_TERMS = """
INSERT INTO lottery_terms (lottery_id, version, terms, terms_hash, at) VALUES (?, ?, ?, ?, ?)
"""

_WRITE_STOCK = over(
    "lottery_id int, prize_key text, stock int",
    """
INSERT INTO lottery_prize (lottery_id, prize_key, stock)
SELECT lottery_id, prize_key, stock FROM rows WHERE true
ON CONFLICT (lottery_id, prize_key) DO UPDATE SET stock = excluded.stock
""",
)

_TICKETS = """
SELECT position, member_id, number FROM lottery_draw WHERE lottery_id = ? ORDER BY position
"""


def read_round(row: Row) -> Round:
    """A row of ``ROUND``."""
    return Round(
        lottery_id=LotteryId(row["id"]),
        key=row["key"],
        number=row["round"],
        seed=row["seed"],
        seed_hash=row["seed_hash"],
        state=RoundState(row["state"]),
        terms=read_terms(row["terms"]),
        version=row["version"],
        published_at=from_micros(row["published_at"]),
        draws=row["draw_count"],
        entrants_hash=row["entrants_hash"] or "",
        ended_at=maybe_instant(row["ended_at"]),
    )


def read_draw(row: Row) -> Draw:
    """A row of ``DRAW``."""
    return Draw(
        lottery_id=LotteryId(row["lottery_id"]),
        ticket=read_ticket(row),
        day_number=row["day_number"],
        misses=row["misses"],
        key=EventKey(row["event_key"]),
        at=from_micros(row["at"]),
        on_date=date.fromisoformat(row["on_date"]),
        version=row["terms_version"],
        fee=row["fee"],
        roll=row["roll"],
        total=row["total"],
    )


def read_ticket(row: Row) -> Ticket:
    """The ticket of a row of ``DRAW`` or ``WIN``."""
    return Ticket(row["position"], MemberId(row["member_id"]), row["number"])


def read_win(row: Row, terms: Terms) -> Win:
    """A row of ``WIN``, whose prize stands in ``terms``."""
    return Win(
        win_id=row["win_id"],
        lottery_id=LotteryId(row["lottery_id"]),
        ticket=read_ticket(row),
        prize=terms.prize(row["prize_key"]),
        at=from_micros(row["at"]),
        on_date=date.fromisoformat(row["on_date"]),
        claim_until=maybe_instant(row["claim_until"]),
        state=WinState(row["state"]),
        follows=row["follows"],
    )


def load_open(connection: Connection) -> list[Round]:
    """All open rounds."""
    return [read_round(row) for row in connection.execute(f"{ROUND} WHERE lottery.state = 'open'")]


def load_tickets(connection: Connection, lottery_id: LotteryId) -> list[Ticket]:
    """All draws of a round, in their order."""
    return [read_ticket(row) for row in connection.execute(_TICKETS, (lottery_id,))]


def load_wins(connection: Connection, found: Round) -> list[Win]:
    """All wins of a round."""
    rows = connection.execute(f"{WIN} WHERE lottery_win.lottery_id = ?", (found.lottery_id,))
    return [read_win(row, found.terms) for row in rows]


def load_last_win_id(connection: Connection) -> int:
    """The highest id of a win so far; 0 when there is none."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM lottery_win").fetchone()
    return int(last)


def write_draws(connection: Connection, draws: Sequence[Draw]) -> None:
    """Write draws, and count them."""
    connection.write(_WRITE_DRAW, [_draw_row(draw) for draw in draws])
    counts = _counted((draw.lottery_id,) for draw in draws)
    connection.write(_COUNT_DRAWS, counts)


def write_wins(connection: Connection, wins: Sequence[Win]) -> None:
    """Write wins, and count those whose prize comes out of the round's stock."""
    connection.write(_WRITE_WIN, [_win_row(win) for win in wins])
    first = (win for win in wins if win.follows is None)
    connection.write(_COUNT_WINS, _counted((win.lottery_id, win.prize.key) for win in first))


def claim_win(connection: Connection, win_id: int, at: datetime) -> None:
    """An open gift is on its way to its winner from now on."""
    connection.execute(_CLAIM, (to_micros(at), win_id))


def reopen_wins(connection: Connection, wins: Iterable[tuple[int, datetime]]) -> None:
    """Claimed gifts that came back are to be claimed again, as long as their time lasts."""
    connection.write(_REOPEN, [(win_id, to_micros(at)) for win_id, at in wins])


def write_wrong_answers(connection: Connection, wrong: Sequence[WrongAnswer]) -> None:
    """Write wrong answers to quizzes."""
    connection.write(
        _WRITE_WRONG_ANSWER,
        [(w.key, w.lottery_id, w.member_id, w.on_date.isoformat()) for w in wrong],
    )


def write_published(connection: Connection, found: Round, at: datetime) -> None:
    """Write the terms that a round has now, and the stock that they promise."""
    text = write_terms(found.terms)
    row = (found.lottery_id, found.version, text, hash_of(text), to_micros(at))
    connection.execute(_WRITE_TERMS, row)
    prizes = found.terms.real_prizes
    connection.write(_WRITE_STOCK, [(found.lottery_id, p.key, p.stock) for p in prizes])


def _counted(keys: Iterable[tuple[int | str, ...]]) -> list[tuple[int | str, ...]]:
    """Each key once, with how often it came."""
    counts: dict[tuple[int | str, ...], int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return [(*key, count) for key, count in counts.items()]


def _draw_row(draw: Draw) -> tuple[int | str | None, ...]:
    ticket = draw.ticket
    return (
        draw.lottery_id, ticket.position, ticket.member_id, ticket.number, draw.day_number,
        draw.misses, draw.key, to_micros(draw.at), draw.on_date.isoformat(), draw.version,
        draw.fee, draw.roll, draw.total,
    )  # fmt: skip


def _win_row(win: Win) -> tuple[int | str | None, ...]:
    ticket, prize = win.ticket, win.prize
    return (
        win.win_id, win.lottery_id, ticket.position, ticket.member_id, prize.key, prize.kind,
        prize.amount, to_micros(win.at), win.on_date.isoformat(), maybe_micros(win.claim_until),
        win.state, win.follows,
    )  # fmt: skip
