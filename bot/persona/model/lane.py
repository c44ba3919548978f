"""The lanes of the model's turns: reserve before it is asked, write down what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.core.ids import EventKey, GroupKey, MemberId
from bot.persona.model.budget import (
    Grant,
    Granted,
    Strike,
    Struck,
    Turn,
    TurnBook,
    TurnRequest,
    decide_strike,
    decide_turn,
)
from bot.store.connection import Connection
from bot.store.fields import from_micros, maybe_instant, to_micros
from bot.store.sql import over

_LOAD_TURNS = over(
    "event_key text",
    """
SELECT model_turn.event_key, model_turn.state, model_turn.verdict, model_turn.reply,
    model_turn.lease_until
FROM rows CROSS JOIN model_turn ON model_turn.event_key = rows.event_key
""",
)

_COUNT_MEMBERS = over(
    "member_id int, on_date text",
    """
SELECT rows.member_id, rows.on_date, count(*) AS turns
FROM rows CROSS JOIN model_turn
    ON model_turn.member_id = rows.member_id AND model_turn.on_date = rows.on_date
WHERE model_turn.calls > 0 GROUP BY rows.member_id, rows.on_date
""",
)

_COUNT_GROUPS = over(
    "group_key text, on_date text",
    """
SELECT rows.group_key, rows.on_date, count(*) AS turns
FROM rows CROSS JOIN model_turn
    ON model_turn.group_key = rows.group_key AND model_turn.on_date = rows.on_date
WHERE model_turn.calls > 0 GROUP BY rows.group_key, rows.on_date
""",
)

_COUNT_TOKENS = over(
    "on_date text",
    """
SELECT rows.on_date, CAST(sum(model_turn.tokens) AS INTEGER) AS tokens
FROM rows CROSS JOIN model_turn ON model_turn.on_date = rows.on_date GROUP BY rows.on_date
""",
)

_LOAD_UNDER_WAY = over(
    "conversation text",
    """
SELECT model_turn.conversation, model_turn.event_key, model_turn.lease_until
FROM rows CROSS JOIN model_turn
    ON model_turn.conversation = rows.conversation AND model_turn.state = 'asked'
ORDER BY model_turn.lease_until
""",
)

_LOAD_MUTES = over(
    "member_id int",
    """
SELECT model_mute.member_id, model_mute.event_key, model_mute.until
FROM rows CROSS JOIN model_mute ON model_mute.member_id = rows.member_id
""",
)

_WRITE_TURN = over(
    "event_key text, member_id int, group_key text, conversation text, on_date text, at int,"
    " lease_until int, tokens int, prompt_digest text, context text",
    """
INSERT INTO model_turn (event_key, member_id, group_key, conversation, on_date, at, state,
    lease_until, calls, tokens, prompt_digest, context)
SELECT event_key, member_id, group_key, conversation, on_date, at, 'asked', lease_until, 1, tokens,
    prompt_digest, context
FROM rows WHERE true
ON CONFLICT (event_key) DO UPDATE SET lease_until = excluded.lease_until,
    calls = model_turn.calls + 1, tokens = model_turn.tokens + excluded.tokens,
    prompt_digest = excluded.prompt_digest, context = excluded.context
""",
)

_END_TURN = over(
    "event_key text, state text, spare int, model text, verdict text, reply text, milliseconds int",
    """
UPDATE model_turn SET state = rows.state, lease_until = NULL,
    tokens = greatest(0, model_turn.tokens - rows.spare), model = rows.model,
    verdict = rows.verdict, reply = rows.reply, milliseconds = rows.milliseconds
FROM rows WHERE model_turn.event_key = rows.event_key AND model_turn.state = 'asked'
""",
)

_COUNT_ATTACKS: Final = """
SELECT count(*) FROM model_turn WHERE member_id = ? AND on_date = ? AND state = 'attack'
"""

_WRITE_ATTACK: Final = """
INSERT INTO model_turn (event_key, member_id, group_key, conversation, on_date, at, state, calls,
    tokens, verdict)
VALUES (?, ?, ?, ?, ?, ?, 'attack', 0, 0, ?)
"""

_WRITE_MUTE: Final = """
INSERT INTO model_mute (member_id, event_key, until) VALUES (?, ?, ?)
ON CONFLICT (member_id) DO UPDATE SET event_key = excluded.event_key, until = excluded.until
"""


@dataclass(frozen=True, slots=True)
class TurnEnd:
    """What became of a turn. ``spare`` are the tokens that were counted and not taken."""

    key: EventKey
    state: str
    spare: int
    model: str
    verdict: str
    reply: str
    milliseconds: int


def apply_requests(connection: Connection, requests: Sequence[TurnRequest]) -> list[Grant]:
    """Reserve turns within the open transaction; one answer for each request, in order."""
    book = _load_book(connection, requests)
    grants = [decide_turn(book, request) for request in requests]
    connection.write(
        _WRITE_TURN,
        [
            (
                request.key,
                request.member_id,
                request.group_key,
                request.conversation,
                request.on_date.isoformat(),
                to_micros(request.at),
                to_micros(request.lease_until),
                request.tokens,
                request.prompt_digest,
                request.context,
            )
            for request, grant in zip(requests, grants, strict=True)
            if isinstance(grant, Granted)
        ],
    )
    return grants


def apply_ends(connection: Connection, ends: Sequence[TurnEnd]) -> list[None]:
    """End turns; one that had ended before stays as it was."""
    connection.write(
        _END_TURN,
        [
            (
                end.key,
                end.state,
                end.spare,
                end.model,
                end.verdict,
                end.reply,
                end.milliseconds,
            )
            for end in ends
        ],
    )
    return [None] * len(ends)


def apply_strikes(connection: Connection, strikes: Sequence[Strike]) -> list[Struck]:
    """Write attacks down, one after the other: they are rare, and the second sees the first."""
    return [_strike(connection, strike) for strike in strikes]


def apply_purges(connection: Connection, instants: Sequence[datetime]) -> list[int]:
    """Delete what is as old as each instant or older; how many turns that were."""
    gone = []
    for instant in instants:
        before = (to_micros(instant),)
        gone.append(connection.execute("DELETE FROM model_turn WHERE at <= ?", before).rowcount)
        connection.execute("DELETE FROM model_mute WHERE until <= ?", before)
    return gone


def _load_book(connection: Connection, requests: Sequence[TurnRequest]) -> TurnBook:
    dates = {(request.on_date.isoformat(),) for request in requests}
    members = {(request.member_id, request.on_date.isoformat()) for request in requests}
    groups = {(request.group_key, request.on_date.isoformat()) for request in requests}
    turns = connection.read(_LOAD_TURNS, [(request.key,) for request in requests])
    conversations = {(request.conversation,) for request in requests}
    return TurnBook(
        turns={
            EventKey(row["event_key"]): Turn(
                EventKey(row["event_key"]),
                row["state"],
                row["verdict"],
                row["reply"],
                maybe_instant(row["lease_until"]),
            )
            for row in turns
        },
        of_member={
            (MemberId(row["member_id"]), date.fromisoformat(row["on_date"])): row["turns"]
            for row in connection.read(_COUNT_MEMBERS, members)
        },
        of_group={
            (GroupKey(row["group_key"]), date.fromisoformat(row["on_date"])): row["turns"]
            for row in connection.read(_COUNT_GROUPS, groups)
        },
        tokens={
            date.fromisoformat(row["on_date"]): row["tokens"]
            for row in connection.read(_COUNT_TOKENS, dates)
        },
        under_way={
            row["conversation"]: (EventKey(row["event_key"]), from_micros(row["lease_until"]))
            for row in connection.read(_LOAD_UNDER_WAY, conversations)
        },
        mutes=_load_mutes(connection, [request.member_id for request in requests]),
    )


def _load_mutes(connection: Connection, members: Sequence[MemberId]) -> dict[MemberId, datetime]:
    rows = connection.read(_LOAD_MUTES, {(member_id,) for member_id in members})
    return {MemberId(row["member_id"]): from_micros(row["until"]) for row in rows}


def _strike(connection: Connection, strike: Strike) -> Struck:
    member, day = strike.member_id, strike.on_date.isoformat()
    mute = next(iter(connection.read(_LOAD_MUTES, [(member,)])), None)
    if connection.read(_LOAD_TURNS, [(strike.key,)]):  # the same event again
        if mute is not None and mute["event_key"] == strike.key:
            return Struck(from_micros(mute["until"]))
        return Struck(None)
    before = connection.execute(_COUNT_ATTACKS, (member, day)).fetchone()[0]
    struck = decide_strike(before, strike, None if mute is None else from_micros(mute["until"]))
    connection.execute(
        _WRITE_ATTACK,
        (
            strike.key,
            member,
            strike.group_key,
            strike.conversation,
            day,
            to_micros(strike.at),
            strike.kinds,
        ),
    )
    if struck.until is not None:
        connection.execute(_WRITE_MUTE, (member, strike.key, to_micros(struck.until)))
    return struck
