"""Check-ins on SQLite: load the days that matter, decide, write rows and points together."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import date

from bot.core.errors import KeyReused
from bot.core.ids import EventKey, MemberId
from bot.rewards.checkin.streaks import (
    ONE_DAY,
    CheckedIn,
    CheckInDay,
    CheckInRequest,
    CheckInRuling,
    Turn,
    decide_check_ins,
    transfers_of,
)
from bot.rewards.ledger.lane import load_accounts, post_all
from bot.rewards.ledger.transfers import AccountRef, Transfer
from bot.store.batch import picked, read_batch, write_batch

_LOAD_DAYS = """
SELECT json_group_array(json_array(member_id, on_date, streak, points, bonus, event_key)) FROM (
    SELECT checkin.* FROM json_each(?1) AS wanted
    CROSS JOIN checkin
        ON checkin.member_id = wanted.value ->> 0 AND checkin.on_date = wanted.value ->> 1
    UNION
    SELECT checkin.* FROM json_each(?2) AS wanted
    CROSS JOIN checkin ON checkin.event_key = wanted.value
)
"""

_WRITE_DAY = f"""
INSERT INTO checkin (member_id, on_date, streak, points, bonus, event_key) {picked(6)}
"""


def apply_check_ins(
    connection: sqlite3.Connection, requests: Sequence[CheckInRequest]
) -> list[CheckedIn | KeyReused]:
    """Check in within the open transaction; one answer for each request, in order."""
    rulings = decide_check_ins(_load(connection, requests), requests)
    present = _load_balances(connection, rulings)
    posted = post_all(
        connection,
        [_transfers(ruling, request) for ruling, request in zip(rulings, requests, strict=True)],
    )
    _write(connection, rulings)
    answers: list[CheckedIn | KeyReused] = []
    for ruling, entries in zip(rulings, posted, strict=True):
        if isinstance(ruling, KeyReused):
            answers.append(ruling)
            continue
        member_id = ruling.day.member_id
        if ruling.turn is Turn.FIRST:
            present[member_id] = entries[-1].credit_balance
        balance = entries[-1].credit_balance if entries else present[member_id]
        answers.append(_answer(ruling, balance))
    return answers


def _load(connection: sqlite3.Connection, requests: Sequence[CheckInRequest]) -> list[CheckInDay]:
    days = [
        (request.member_id, day.isoformat())
        for request in requests
        for day in (request.on_date, request.on_date - ONE_DAY)
    ]
    keys = json.dumps([request.key for request in requests])
    return [
        CheckInDay(
            member_id=MemberId(member_id),
            on_date=date.fromisoformat(on_date),
            streak=streak,
            points=points,
            bonus=bonus,
            key=EventKey(key),
        )
        for member_id, on_date, streak, points, bonus, key in read_batch(
            connection, _LOAD_DAYS, days, keys
        )
    ]


def _transfers(ruling: CheckInRuling | KeyReused, request: CheckInRequest) -> tuple[Transfer, ...]:
    """What a ruling posts; a replayed one posts the same again, to get its first balances."""
    if isinstance(ruling, KeyReused) or ruling.turn is Turn.REPEATED:
        return ()
    return transfers_of(ruling.day, request.at)


def _write(connection: sqlite3.Connection, rulings: Sequence[CheckInRuling | KeyReused]) -> None:
    write_batch(
        connection,
        _WRITE_DAY,
        [
            (day.member_id, day.on_date.isoformat(), day.streak, day.points, day.bonus, day.key)
            for ruling in rulings
            if isinstance(ruling, CheckInRuling) and ruling.turn is Turn.FIRST
            for day in (ruling.day,)
        ],
    )


def _load_balances(
    connection: sqlite3.Connection, rulings: Sequence[CheckInRuling | KeyReused]
) -> dict[MemberId, int]:
    """What those have who checked in before; the others' balances come with their transfers."""
    refs = {
        AccountRef.member(ruling.day.member_id): ruling.day.member_id
        for ruling in rulings
        if isinstance(ruling, CheckInRuling) and ruling.turn is Turn.REPEATED
    }
    if not refs:
        return {}
    return {refs[ref]: account.balance for ref, account in load_accounts(connection, refs).items()}


def _answer(ruling: CheckInRuling, balance: int) -> CheckedIn:
    day = ruling.day
    return CheckedIn(
        on_date=day.on_date,
        streak=day.streak,
        points=day.points,
        bonus=day.bonus,
        balance=balance,
        repeated=ruling.turn is Turn.REPEATED,
    )
