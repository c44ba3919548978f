"""The rows that opening, ending and announcing packets read and write."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.core.money import Currency
from bot.rewards.budgets import load_budgets
from bot.rewards.ledger.lane import load_accounts
from bot.rewards.ledger.transfers import AccountRef
from bot.rewards.packets.gate import Purse, owner_pool
from bot.rewards.packets.opening import Opening, OpenRequest, Pools, cash_of
from bot.rewards.packets.packet import Draw, Packet, PacketRefused
from bot.rewards.packets.packet_rows import packet_of
from bot.store.connection import Connection, Row, Value
from bot.store.fields import to_micros
from bot.store.sql import over

_PACKETS_BY_KEY = over(
    "key text",
    """
SELECT first.key AS first_key, packet.* FROM rows
CROSS JOIN packet AS first ON first.key = rows.key
CROSS JOIN packet ON packet.id = first.id OR packet.rain_id = first.id
ORDER BY packet.id
""",
)

_FILLED_DAYS = over(
    "group_key text, on_date text",
    """
SELECT DISTINCT packet.group_key, packet.on_date, packet.purse, packet.owner_id FROM rows
CROSS JOIN packet ON packet.group_key = rows.group_key AND packet.on_date = rows.on_date
WHERE packet.purse <> 'campaign'
""",
)

_SENT = over(
    "owner_id int, on_date text",
    """
SELECT packet.owner_id, packet.on_date, CAST(sum(packet.total_points) AS INTEGER) AS points
FROM rows
CROSS JOIN packet ON packet.owner_id = rows.owner_id AND packet.on_date = rows.on_date
WHERE packet.currency = 'points'
GROUP BY packet.owner_id, packet.on_date
""",
)

_LAST_PACKET_ID = "SELECT coalesce(max(id), 0) FROM packet"

_DUE = "SELECT * FROM packet WHERE state = 'open' AND expires_at <= ? ORDER BY id"

_UNTOLD = """
SELECT * FROM packet WHERE announced_at IS NULL AND rain_id IS NULL AND state = 'expired'
UNION ALL
SELECT packet.* FROM packet AS first
CROSS JOIN packet ON packet.rain_id = first.id
WHERE first.rain_id = first.id AND first.announced_at IS NULL AND first.expires_at <= ?
ORDER BY id
"""

_WRITE_PACKETS = over(
    "id int, key text, group_key text, owner_id int, kind text, on_date text, total_points int,"
    " share_count int, salt text, proof text, best_position int, currency text, purse text,"
    " campaign text, gate text, gate_words text, gate_secret text, membership_hours int,"
    " created_at int, opens_at int, expires_at int, rain_id int",
    """
INSERT INTO packet (id, key, group_key, owner_id, kind, on_date, total_points, share_count, salt,
    proof, best_position, currency, purse, campaign, gate, gate_words, gate_secret,
    membership_hours, created_at, opens_at, expires_at, rain_id)
SELECT id, key, group_key, owner_id, kind, on_date, total_points, share_count, salt,
    proof, best_position, currency, purse, campaign, gate, gate_words, gate_secret,
    membership_hours, created_at, opens_at, expires_at, rain_id
FROM rows
""",
)

_WRITE_SHARES = over(
    "packet_id int, position int, amount int",
    "INSERT INTO packet_share (packet_id, position, amount)"
    " SELECT packet_id, position, amount FROM rows",
)

_WRITE_GUESTS = over(
    "packet_id int, member_id int",
    "INSERT INTO packet_guest (packet_id, member_id) SELECT packet_id, member_id FROM rows",
)

_MARK_TOLD = over(
    "packet_id int, at int",
    """
UPDATE packet SET announced_at = rows.at FROM rows
WHERE packet.id = rows.packet_id AND packet.announced_at IS NULL
""",
)


def load_pools(connection: Connection, requests: Sequence[OpenRequest]) -> Pools:
    """Everything that deciding on ``requests`` needs."""
    known: defaultdict[EventKey, list[Packet]] = defaultdict(list)
    for row in connection.read(_PACKETS_BY_KEY, {(request.key,): None for request in requests}):
        known[EventKey(row["first_key"])].append(packet_of(row))
    accounts = load_accounts(connection, {request.purse for request in requests})
    days = {(request.group_key, request.on_date.isoformat()): None for request in requests}
    owners = {(request.owner_id, request.on_date.isoformat()): None for request in requests}
    (last_packet_id,) = connection.execute(_LAST_PACKET_ID).fetchone()
    return Pools(
        packets={key: tuple(packets) for key, packets in known.items()},
        balances={ref: account.balance for ref, account in accounts.items()},
        filled=frozenset(_filled(row) for row in connection.read(_FILLED_DAYS, days)),
        sent={
            (MemberId(owner_id), date.fromisoformat(day)): points
            for owner_id, day, points in connection.read(_SENT, owners)
        },
        last_packet_id=last_packet_id,
        book=load_budgets(
            connection,
            [
                cash_of(0, request.on_date)
                for request in requests
                if request.terms.currency is Currency.FEN
            ],
        ),
    )


def write_openings(connection: Connection, openings: Sequence[Opening]) -> None:
    """Write packets that were just opened, with their shares and whom they name."""
    drawn = [pair for opening in openings for pair in _drawn(opening)]
    connection.write(_WRITE_PACKETS, [_packet_row(packet, draw) for packet, draw in drawn])
    connection.write(
        _WRITE_SHARES,
        [
            (packet.packet_id, position, amount)
            for packet, draw in drawn
            for position, amount in enumerate(draw.shares)
        ],
    )
    connection.write(
        _WRITE_GUESTS,
        [
            (packet.packet_id, member_id)
            for packet, _ in drawn
            for member_id in packet.terms.gate.guests
        ],
    )


def load_due(connection: Connection, now: datetime) -> list[Packet]:
    """The open packets whose time is over."""
    return [packet_of(row) for row in connection.execute(_DUE, (to_micros(now),))]


def load_untold(connection: Connection, now: datetime) -> list[list[Packet]]:
    """The ends that were not announced yet: expired packets, and rains with all their drops."""
    ends: defaultdict[PacketId, list[Packet]] = defaultdict(list)
    for row in connection.execute(_UNTOLD, (to_micros(now),)):
        packet = packet_of(row)
        ends[packet.rain_id or packet.packet_id].append(packet)
    return list(ends.values())


def mark_told(connection: Connection, told: Iterable[tuple[PacketId, datetime]]) -> None:
    """Note which ends were announced when; the first note stays."""
    connection.write(
        _MARK_TOLD, [(packet_id, to_micros(at)) for packet_id, at in dict(told).items()]
    )


def _filled(row: Row) -> tuple[AccountRef, date]:
    group_key, on_date, purse, owner_id = row
    pool = AccountRef.group_pool(GroupKey(group_key))
    if Purse(purse) is Purse.OWNER:
        pool = owner_pool(GroupKey(group_key), MemberId(owner_id))
    return pool, date.fromisoformat(on_date)


def _drawn(opening: Opening) -> Iterator[tuple[Packet, Draw]]:
    draws = opening.request.drawn
    assert not isinstance(draws, PacketRefused), "what was refused is not opened"
    yield from zip(opening.packets, draws, strict=True)


def _packet_row(packet: Packet, draw: Draw) -> tuple[Value, ...]:
    terms, gate = packet.terms, packet.terms.gate
    return (
        packet.packet_id,
        packet.key,
        packet.group_key,
        packet.owner_id,
        terms.kind,
        packet.on_date.isoformat(),
        terms.points,
        terms.shares,
        draw.salt,
        draw.proof,
        packet.best_position,
        terms.currency,
        terms.purse,
        terms.campaign,
        gate.kind,
        gate.words,
        gate.secret,
        terms.membership_hours,
        to_micros(packet.created_at),
        to_micros(packet.opens_at),
        to_micros(packet.expires_at),
        packet.rain_id,
    )
