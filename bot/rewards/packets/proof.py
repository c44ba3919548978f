"""Recomputes a red packet: its proof, its sum, and in which order its shares went to whom.

What members are shown at the end is enough for the first two; the rest compares it with the books.
Nothing secret of an open packet is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.ids import MemberId, PacketId
from bot.rewards.packets.gate import PacketKind
from bot.rewards.packets.packet import Packet, PacketState
from bot.rewards.packets.packet_rows import packet_of
from bot.rewards.packets.split import commit, joint_proof
from bot.store.connection import Connection
from bot.store.fields import from_micros

Checked = tuple[bool, str]
"""One thing that was recomputed: whether it holds, and in words what it is."""

_PACKETS = """
SELECT * FROM packet
WHERE id = ? OR rain_id = (SELECT rain_id FROM packet WHERE id = ?) ORDER BY id
"""
_SHARES = "SELECT amount FROM packet_share WHERE packet_id = ? ORDER BY position"
_HANDED = """
SELECT packet_claim.position, packet_claim.member_id, packet_claim.amount, packet_claim.at,
    transfer.id AS transfer_id, transfer.amount AS paid
FROM packet_claim
LEFT JOIN transfer
    ON transfer.key = 'claim/' || packet_claim.packet_id || '/' || packet_claim.member_id
WHERE packet_claim.packet_id = ? ORDER BY packet_claim.position
"""
_REFUND = "SELECT amount FROM transfer WHERE key = ?"


@dataclass(frozen=True, slots=True)
class Handed:
    """A share as it was handed out, and the transfer that paid it, if there is one."""

    position: int
    member_id: MemberId
    amount: int
    at: datetime
    transfer_id: int | None
    paid: int | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A packet with everything about it that can be recomputed."""

    packet: Packet
    salt: str
    amounts: tuple[int, ...]
    handed: tuple[Handed, ...]
    refunded: int | None


def prove_packet(connection: Connection, packet_id: PacketId) -> list[Checked] | None:
    """What can be recomputed of a packet, or of all drops of its rain; None if there is none."""
    opened = [
        _open(connection, packet_of(row), row["salt"])
        for row in connection.execute(_PACKETS, (packet_id, packet_id)).fetchall()
    ]
    if not opened:
        return None
    lines = [line for it in opened for line in verify_packet(it)]
    if len(opened) > 1:
        proof = joint_proof([commit(it.amounts, it.salt) for it in opened])
        holds = proof == joint_proof([it.packet.proof for it in opened])
        lines.append((holds, f"the proof of all {len(opened)} drops together is {proof}"))
    return lines


def verify_packet(opened: Opened) -> Iterator[Checked]:
    """Everything that can be recomputed of one packet; all of it holds in an honest one."""
    packet, amounts = opened.packet, opened.amounts
    terms = packet.terms
    name = f"packet {packet.packet_id}"
    yield True, f"{name}: {terms.points} in {terms.shares} shares, {packet.state}"
    if packet.state is PacketState.OPEN:
        yield True, f"{name}: salt and shares are sealed until the end"
    else:
        yield True, f"{name}: salt {opened.salt}, shares {','.join(map(str, amounts))}"
    proof = commit(amounts, opened.salt)
    yield proof == packet.proof, f"SHA-256 of salt and shares is the published {packet.proof}"
    yield sum(amounts) == terms.points, f"the shares add up to {terms.points}"
    yield len(amounts) == terms.shares, f"there are {terms.shares} shares"
    if terms.kind is PacketKind.FIXED:
        yield len(set(amounts)) == 1, "all shares are equal"
    yield from _handing(opened)
    if packet.state is PacketState.EXPIRED:
        yield opened.refunded == packet.left_points, f"{packet.left_points} went back"


def _handing(opened: Opened) -> Iterator[Checked]:
    """What follows from the claims."""
    packet, handed = opened.packet, opened.handed
    places = [it.position for it in handed]
    yield places == list(range(len(handed))), f"{len(handed)} shares were handed out, one by one"
    drawn = all(it.amount == amount for it, amount in zip(handed, opened.amounts, strict=False))
    yield drawn, "each claim got the next share of the list, as it was drawn"
    yield _ascending([it.transfer_id for it in handed]), "they were paid in the order of arrival"
    yield all(it.paid == it.amount for it in handed), "each member was paid what he got"
    once = len({it.member_id for it in handed}) == len(handed)
    yield once, "no member has two shares"
    timely = all(packet.opens_at <= it.at < packet.expires_at for it in handed)
    yield timely, "none was handed out before the packet opened or after its time"


def _ascending(numbers: Sequence[int | None]) -> bool:
    known = [number for number in numbers if number is not None]
    return len(known) == len(numbers) and known == sorted(known)


def _open(connection: Connection, packet: Packet, salt: str) -> Opened:
    shares = connection.execute(_SHARES, (packet.packet_id,)).fetchall()
    claims = connection.execute(_HANDED, (packet.packet_id,)).fetchall()
    refund = connection.execute(_REFUND, (f"refund/{packet.packet_id}",)).fetchone()
    return Opened(
        packet=packet,
        salt=salt,
        amounts=tuple(amount for (amount,) in shares),
        handed=tuple(
            Handed(
                position=row["position"],
                member_id=MemberId(row["member_id"]),
                amount=row["amount"],
                at=from_micros(row["at"]),
                transfer_id=row["transfer_id"],
                paid=row["paid"],
            )
            for row in claims
        ),
        refunded=None if refund is None else refund[0],
    )
