"""What a batch of draws is decided on: a dozen queries, however many requests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from bot.core.ids import EventKey, LotteryId, MemberId
from bot.rewards.ledger.lane import load_accounts
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.lottery.draw import Tally, slice_of, slices
from bot.rewards.lottery.drawing import Known, Made, WrongAnswer
from bot.rewards.lottery.rounds import Draw, DrawRequest, Round
from bot.rewards.lottery.rows import (
    DRAW,
    ROUND_COLUMNS,
    WIN_COLUMNS,
    WITH_DRAW,
    WITH_TERMS,
    load_last_win_id,
    read_draw,
    read_round,
    read_win,
)
from bot.store.connection import Connection
from bot.store.fields import from_micros, to_micros
from bot.store.sql import over

_LOAD_ROUNDS = over(
    "lottery_id int",
    f"""
{ROUND_COLUMNS} FROM rows
CROSS JOIN lottery ON lottery.id = rows.lottery_id
{WITH_TERMS}
""",
)

_LOAD_MADE = over(
    "event_key text",
    f"{DRAW} FROM rows CROSS JOIN lottery_draw ON lottery_draw.event_key = rows.event_key",
)

_LOAD_WINS = over(
    "lottery_id int, place int",
    f"""
{WIN_COLUMNS} FROM rows
CROSS JOIN lottery_win ON lottery_win.lottery_id = rows.lottery_id
    AND lottery_win.position = rows.place
{WITH_DRAW}
""",
)

_LOAD_LAST = over(
    "lottery_id int, member_id int",
    f"""
{DRAW} FROM rows
CROSS JOIN lottery_draw ON lottery_draw.lottery_id = rows.lottery_id
    AND lottery_draw.member_id = rows.member_id
    AND lottery_draw.number = (
        SELECT max(mine.number) FROM lottery_draw AS mine
        WHERE mine.lottery_id = rows.lottery_id AND mine.member_id = rows.member_id
    )
""",
)

_LOAD_MISSED = over(
    "event_key text",
    """
SELECT lottery_miss.event_key, lottery_miss.lottery_id, lottery_miss.member_id,
    lottery_miss.on_date
FROM rows CROSS JOIN lottery_miss ON lottery_miss.event_key = rows.event_key
""",
)

_COUNT_MISSED = over(
    "lottery_id int, member_id int, on_date text",
    """
SELECT rows.lottery_id, rows.member_id, rows.on_date, count(*) AS wrong FROM rows
CROSS JOIN lottery_miss ON lottery_miss.lottery_id = rows.lottery_id
    AND lottery_miss.member_id = rows.member_id AND lottery_miss.on_date = rows.on_date
GROUP BY rows.lottery_id, rows.member_id, rows.on_date
""",
)

_LOAD_WON = over(
    "lottery_id int",
    """
SELECT lottery_prize.lottery_id, lottery_prize.prize_key, lottery_prize.won FROM rows
CROSS JOIN lottery_prize ON lottery_prize.lottery_id = rows.lottery_id
""",
)

_COUNT_WON_BY = over(
    "lottery_id int, member_id int",
    """
SELECT rows.lottery_id, rows.member_id, lottery_win.prize_key, count(*) AS won FROM rows
CROSS JOIN lottery_win ON lottery_win.lottery_id = rows.lottery_id
    AND lottery_win.member_id = rows.member_id
GROUP BY rows.lottery_id, rows.member_id, lottery_win.prize_key
""",
)

_COUNT_WON_ON = over(
    "lottery_id int, prize_key text, on_date text",
    """
SELECT rows.lottery_id, rows.prize_key, rows.on_date, count(*) AS won FROM rows
CROSS JOIN lottery_win ON lottery_win.lottery_id = rows.lottery_id
    AND lottery_win.prize_key = rows.prize_key AND lottery_win.on_date = rows.on_date
GROUP BY rows.lottery_id, rows.prize_key, rows.on_date
""",
)

_COUNT_WON_IN = over(
    "lottery_id int, prize_key text, since int, until int, place int",
    """
SELECT rows.lottery_id, rows.prize_key, rows.place, count(*) AS won FROM rows
CROSS JOIN lottery_win ON lottery_win.lottery_id = rows.lottery_id
    AND lottery_win.prize_key = rows.prize_key
    AND lottery_win.at >= rows.since AND lottery_win.at < rows.until
GROUP BY rows.lottery_id, rows.prize_key, rows.place
""",
)

_LOAD_WON_AT = over(
    "member_id int",
    """
SELECT rows.member_id, max(lottery_win.at) AS won_at FROM rows
CROSS JOIN lottery_win ON lottery_win.member_id = rows.member_id
WHERE lottery_win.kind <> 'points'
GROUP BY rows.member_id
""",
)

_LOAD_CHECKED_IN = over(
    "member_id int, on_date text",
    """
SELECT rows.member_id, rows.on_date FROM rows
CROSS JOIN checkin ON checkin.member_id = rows.member_id AND checkin.on_date = rows.on_date
WHERE checkin.kind = 'day'
""",
)


def load_known(connection: Connection, requests: Sequence[DrawRequest]) -> Known:
    """Everything that bears on ``requests``."""
    keys = [(key,) for key in {request.key for request in requests}]
    drawn = [read_draw(row) for row in connection.read(_LOAD_MADE, keys)]
    rounds = load_rounds(
        connection, [it.lottery_id for it in requests] + [draw.lottery_id for draw in drawn]
    )
    whose = {(request.lottery_id, request.member_id) for request in requests}
    last = [read_draw(row) for row in connection.read(_LOAD_LAST, whose)]
    members = {request.member_id for request in requests}
    return Known(
        rounds=rounds,
        tallies=_load_tallies(connection, rounds, requests, last),
        last={(draw.lottery_id, draw.ticket.member_id): draw for draw in last},
        balances=_load_balances(connection, members),
        last_win_id=load_last_win_id(connection),
        made=_load_made(connection, rounds, drawn),
        missed=_load_missed(connection, keys),
        wrong=_count_missed(connection, requests),
        won_at={
            MemberId(member_id): from_micros(won_at)
            for member_id, won_at in connection.read(_LOAD_WON_AT, [(who,) for who in members])
        },
        checked_in=_load_checked_in(connection, requests),
    )


def load_rounds(connection: Connection, lottery_ids: Iterable[LotteryId]) -> dict[LotteryId, Round]:
    """Those of the rounds that exist."""
    rows = connection.read(_LOAD_ROUNDS, [(lottery_id,) for lottery_id in set(lottery_ids)])
    return {found.lottery_id: found for found in map(read_round, rows)}


def _load_made(
    connection: Connection, rounds: Mapping[LotteryId, Round], drawn: Sequence[Draw]
) -> dict[EventKey, Made]:
    """Draws as they were answered: whoever waits for the drawing had not won by then."""
    places = [(draw.lottery_id, draw.ticket.position) for draw in drawn]
    wins = {
        (row["lottery_id"], row["position"]): read_win(
            row, rounds[LotteryId(row["lottery_id"])].terms
        )
        for row in connection.read(_LOAD_WINS, places)
    }
    return {
        draw.key: Made(draw, None if draw.roll is None else wins.get(place), balance=0)
        for draw, place in zip(drawn, places, strict=True)
    }


def _load_balances(connection: Connection, members: Iterable[MemberId]) -> dict[MemberId, int]:
    refs = {AccountRef.member(member_id): member_id for member_id in members}
    return {refs[ref]: account.balance for ref, account in load_accounts(connection, refs).items()}


def _load_missed(
    connection: Connection, keys: Sequence[tuple[EventKey]]
) -> dict[EventKey, WrongAnswer]:
    return {
        EventKey(key): WrongAnswer(
            LotteryId(lottery_id), MemberId(member_id), EventKey(key), date.fromisoformat(on_date)
        )
        for key, lottery_id, member_id, on_date in connection.read(_LOAD_MISSED, keys)
    }


def _count_missed(
    connection: Connection, requests: Sequence[DrawRequest]
) -> dict[tuple[LotteryId, MemberId, date], int]:
    days = {(it.lottery_id, it.member_id, it.on_date.isoformat()) for it in requests}
    return {
        (LotteryId(lottery_id), MemberId(member_id), date.fromisoformat(on_date)): wrong
        for lottery_id, member_id, on_date, wrong in connection.read(_COUNT_MISSED, days)
    }


def _load_checked_in(
    connection: Connection, requests: Sequence[DrawRequest]
) -> frozenset[tuple[MemberId, date]]:
    days = {(request.member_id, request.on_date.isoformat()) for request in requests}
    return frozenset(
        (MemberId(member_id), date.fromisoformat(on_date))
        for member_id, on_date in connection.read(_LOAD_CHECKED_IN, days)
    )


def _load_tallies(
    connection: Connection,
    rounds: Mapping[LotteryId, Round],
    requests: Sequence[DrawRequest],
    last: Iterable[Draw],
) -> dict[LotteryId, Tally]:
    """What each round has given, as far as it bears on these requests."""
    tallies = {lottery_id: Tally() for lottery_id in rounds}
    asked = [(rounds[it.lottery_id], it) for it in requests if it.lottery_id in rounds]
    for lottery_id, prize, won in connection.read(_LOAD_WON, [(key,) for key in rounds]):
        tallies[LotteryId(lottery_id)].won[prize] = won
    whose = {(found.lottery_id, request.member_id) for found, request in asked}
    for lottery_id, who, prize, won in connection.read(_COUNT_WON_BY, whose):
        tallies[LotteryId(lottery_id)].won_by[prize, MemberId(who)] = won
    for lottery_id, prize, day, won in connection.read(_COUNT_WON_ON, set(_capped_days(asked))):
        tallies[LotteryId(lottery_id)].won_on[prize, date.fromisoformat(day)] = won
    for lottery_id, prize, place, won in connection.read(_COUNT_WON_IN, set(_strict_slices(asked))):
        tallies[LotteryId(lottery_id)].won_in[prize, place] = won
    for draw in last:
        tallies[draw.lottery_id].misses[draw.ticket.member_id] = draw.misses
    return tallies


_Asked = Sequence[tuple[Round, DrawRequest]]


def _capped_days(asked: _Asked) -> Iterator[tuple[int, str, str]]:
    """The days of prizes that have a daily cap."""
    for found, request in asked:
        for prize in found.terms.real_prizes:
            if prize.most_a_day:
                yield found.lottery_id, prize.key, request.on_date.isoformat()


def _strict_slices(asked: _Asked) -> Iterator[tuple[int, str, int, int, int]]:
    """The slices that do not roll over, with their instants."""
    for found, request in asked:
        terms = found.terms
        for prize in terms.real_prizes:
            if not prize.slice_hours or prize.roll_over:
                continue
            place = slice_of(terms, prize, request.at)
            part = timedelta(hours=prize.slice_hours)
            is_last = place == slices(terms, prize) - 1
            until = terms.ends_at if is_last else terms.starts_at + part * (place + 1)
            since = terms.starts_at + part * place
            yield found.lottery_id, prize.key, to_micros(since), to_micros(until), place
