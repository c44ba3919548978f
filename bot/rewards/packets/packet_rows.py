"""The rows of ``packet``: reading them back, and writing what claims and the clock change."""

from collections.abc import Iterable, Sequence
from datetime import date

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.core.money import Currency
from bot.rewards.packets.gate import Gate, GateKind, PacketKind, Purse, Terms
from bot.rewards.packets.packet import Packet, PacketState
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_instant, maybe_micros
from bot.store.sql import over

_LOAD_PACKETS = over(
    "packet_id int", "SELECT packet.* FROM rows CROSS JOIN packet ON packet.id = rows.packet_id"
)

_UPDATE_PACKETS = over(
    "packet_id int, state text, claimed_count int, claimed_points int, ended_at int",
    """
UPDATE packet SET state = rows.state, claimed_count = rows.claimed_count,
    claimed_points = rows.claimed_points, ended_at = rows.ended_at
FROM rows WHERE packet.id = rows.packet_id
""",
)


def load_packets(connection: Connection, packet_ids: Iterable[PacketId]) -> list[Packet]:
    """The packets with these ids."""
    wanted = [(packet_id,) for packet_id in sorted(set(packet_ids))]
    return [packet_of(row) for row in connection.read(_LOAD_PACKETS, wanted)]


def update_packets(connection: Connection, packets: Sequence[Packet]) -> None:
    """Write how far packets were claimed, and whether they ended."""
    connection.write(
        _UPDATE_PACKETS,
        [
            (
                packet.packet_id,
                packet.state,
                packet.claimed_shares,
                packet.claimed_points,
                maybe_micros(packet.ended_at),
            )
            for packet in packets
        ],
    )


def packet_of(row: Row) -> Packet:
    """A row of ``packet``; whom it names is not in it."""
    rain_id = row["rain_id"]
    return Packet(
        packet_id=PacketId(row["id"]),
        key=EventKey(row["key"]),
        group_key=GroupKey(row["group_key"]),
        owner_id=MemberId(row["owner_id"]),
        terms=terms_of(row),
        on_date=date.fromisoformat(row["on_date"]),
        proof=row["proof"],
        best_position=row["best_position"],
        state=PacketState(row["state"]),
        claimed_shares=row["claimed_count"],
        claimed_points=row["claimed_points"],
        created_at=from_micros(row["created_at"]),
        opens_at=from_micros(row["opens_at"]),
        expires_at=from_micros(row["expires_at"]),
        ended_at=maybe_instant(row["ended_at"]),
        rain_id=None if rain_id is None else PacketId(rain_id),
    )


def terms_of(row: Row) -> Terms:
    """What a packet was asked to be, but for whom it names."""
    return Terms(
        kind=PacketKind(row["kind"]),
        points=row["total_points"],
        shares=row["share_count"],
        gate=Gate(GateKind(row["gate"]), row["gate_words"], row["gate_secret"]),
        purse=Purse(row["purse"]),
        campaign=row["campaign"],
        currency=Currency(row["currency"]),
        membership_hours=row["membership_hours"],
    )
