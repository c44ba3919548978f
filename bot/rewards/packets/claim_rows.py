"""The rows that claims read and write, in a few statements however many claims there are.

A batch loads only the shares that it may hand out, so a packet of twenty thousand shares costs
what a small one does. What no packet of the batch asks for is not looked up.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.core.ids import EventKey, MemberId, PacketId
from bot.rewards.packets.claiming import Claim, ClaimRequest, Facts, Guess
from bot.rewards.packets.gate import Gate, GateKind
from bot.rewards.packets.packet import Packet
from bot.rewards.packets.packet_rows import load_packets
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros
from bot.store.sql import over

_CLAIMS_BY_KEY = over(
    "key text",
    "SELECT packet_claim.* FROM rows CROSS JOIN packet_claim ON packet_claim.event_key = rows.key",
)

_CLAIMS_BY_MEMBER = over(
    "packet_id int, member_id int",
    """
SELECT packet_claim.* FROM rows
CROSS JOIN packet_claim ON packet_claim.packet_id = rows.packet_id
    AND packet_claim.member_id = rows.member_id
""",
)

_CLAIMS_BY_POSITION = over(
    "packet_id int, position int",
    """
SELECT packet_claim.* FROM rows
CROSS JOIN packet_claim ON packet_claim.packet_id = rows.packet_id
    AND packet_claim.position = rows.position
""",
)

_SHARES = over(
    "packet_id int, first int, beyond int",
    """
SELECT packet_share.packet_id, packet_share.position, packet_share.amount FROM rows
CROSS JOIN packet_share ON packet_share.packet_id = rows.packet_id
    AND packet_share.position >= rows.first AND packet_share.position < rows.beyond
""",
)

_GUESTS = over(
    "packet_id int, member_id int",
    """
SELECT rows.packet_id, rows.member_id FROM rows
CROSS JOIN packet_guest ON packet_guest.packet_id = rows.packet_id
    AND packet_guest.member_id = rows.member_id
""",
)

_CHECKINS = over(
    "member_id int, on_date text",
    """
SELECT rows.member_id, rows.on_date FROM rows
CROSS JOIN checkin ON checkin.member_id = rows.member_id AND checkin.on_date = rows.on_date
""",
)

_GUESSES_BY_KEY = over(
    "key text",
    "SELECT packet_guess.* FROM rows CROSS JOIN packet_guess ON packet_guess.event_key = rows.key",
)

_RECENT_GUESSES = over(
    "packet_id int, member_id int, since int",
    """
SELECT packet_guess.* FROM rows
CROSS JOIN packet_guess ON packet_guess.packet_id = rows.packet_id
    AND packet_guess.member_id = rows.member_id AND packet_guess.at > rows.since
""",
)

_DAY_COUNTS = over(
    "member_id int, on_date text",
    """
SELECT rows.member_id, rows.on_date, count(*) AS claims FROM rows
CROSS JOIN packet_claim ON packet_claim.member_id = rows.member_id
    AND packet_claim.on_date = rows.on_date
GROUP BY rows.member_id, rows.on_date
""",
)

_CAMPAIGN_COUNTS = over(
    "member_id int, campaign text",
    """
SELECT rows.member_id, rows.campaign, count(*) AS claims FROM rows
CROSS JOIN packet_claim ON packet_claim.member_id = rows.member_id
    AND packet_claim.campaign = rows.campaign AND packet_claim.campaign <> ''
GROUP BY rows.member_id, rows.campaign
""",
)

_WRITE_CLAIMS = over(
    "packet_id int, member_id int, position int, amount int, event_key text, at int,"
    " on_date text, campaign text",
    """
INSERT INTO packet_claim (packet_id, member_id, position, amount, event_key, at, on_date, campaign)
SELECT packet_id, member_id, position, amount, event_key, at, on_date, campaign FROM rows
""",
)

_WRITE_GUESSES = over(
    "event_key text, packet_id int, member_id int, at int, left_tries int, paused_until int",
    """
INSERT INTO packet_guess (event_key, packet_id, member_id, at, left_tries, paused_until)
SELECT event_key, packet_id, member_id, at, left_tries, paused_until FROM rows
""",
)


def load_facts(connection: Connection, requests: Sequence[ClaimRequest]) -> Facts:
    """Everything that deciding on ``requests`` needs."""
    asked = Counter([request.packet_id for request in requests])
    repeated = _claims(connection.read(_CLAIMS_BY_KEY, [(request.key,) for request in requests]))
    packets = load_packets(connection, [*asked, *[claim.packet_id for claim in repeated]])
    pairs = {(request.packet_id, request.member_id): None for request in requests}
    best = [(packet.packet_id, packet.best_position) for packet in packets]
    gates = {packet.packet_id: packet.terms.gate for packet in packets}
    return Facts(
        packets=packets,
        claims=[
            *repeated,
            *_claims(connection.read(_CLAIMS_BY_MEMBER, pairs)),
            *_claims(connection.read(_CLAIMS_BY_POSITION, best)),
        ],
        shares=_load_shares(connection, packets, asked),
        guests=_load_guests(connection, requests, gates),
        checked_in=_load_checkins(connection, requests, gates),
        guesses=_load_guesses(connection, requests, gates),
        day_counts=_count_days(connection, requests),
        campaign_counts=_count_campaigns(connection, requests, packets),
    )


def write_claims(connection: Connection, claims: Iterable[Claim]) -> None:
    """Write shares that were taken."""
    connection.write(
        _WRITE_CLAIMS,
        [
            (
                claim.packet_id,
                claim.member_id,
                claim.position,
                claim.amount,
                claim.key,
                to_micros(claim.at),
                claim.on_date.isoformat(),
                claim.campaign,
            )
            for claim in claims
        ],
    )


def write_guesses(connection: Connection, guesses: Iterable[Guess]) -> None:
    """Write that words were wrong; which words is not kept."""
    connection.write(
        _WRITE_GUESSES,
        [
            (
                guess.key,
                guess.packet_id,
                guess.member_id,
                to_micros(guess.at),
                guess.left,
                maybe_micros(guess.paused_until),
            )
            for guess in guesses
        ],
    )


_Gates = dict[PacketId, Gate]


def _behind(
    requests: Iterable[ClaimRequest], gates: _Gates, *kinds: GateKind
) -> list[ClaimRequest]:
    """The requests for packets with such a gate."""
    wanted = {packet_id for packet_id, gate in gates.items() if gate.kind in kinds}
    return [request for request in requests if request.packet_id in wanted] if wanted else []


def _load_shares(
    connection: Connection, packets: Iterable[Packet], asked: Counter[PacketId]
) -> dict[tuple[PacketId, int], int]:
    spans = [
        (packet.packet_id, packet.claimed_shares, packet.claimed_shares + asked[packet.packet_id])
        for packet in packets
        if packet.left_shares
    ]
    return {
        (packet_id, position): amount
        for packet_id, position, amount in connection.read(_SHARES, spans)
    }


def _load_guests(
    connection: Connection, requests: Sequence[ClaimRequest], gates: _Gates
) -> frozenset[tuple[PacketId, MemberId]]:
    asking = _behind(requests, gates, GateKind.NAMED)
    pairs = {(request.packet_id, request.member_id): None for request in asking}
    found = connection.read(_GUESTS, pairs)
    return frozenset((PacketId(packet_id), MemberId(member_id)) for packet_id, member_id in found)


def _load_checkins(
    connection: Connection, requests: Sequence[ClaimRequest], gates: _Gates
) -> frozenset[tuple[MemberId, date]]:
    found = connection.read(_CHECKINS, _days(_behind(requests, gates, GateKind.CHECKIN)))
    return frozenset((MemberId(who), date.fromisoformat(day)) for who, day in found)


def _load_guesses(
    connection: Connection, requests: Sequence[ClaimRequest], gates: _Gates
) -> list[Guess]:
    """The wrong words of these events, and the claimers' others that may still count."""
    asking = _behind(requests, gates, GateKind.PASSWORD, GateKind.QUIZ)
    recent = {
        (
            request.packet_id,
            request.member_id,
            to_micros(request.at - timedelta(minutes=request.rules.tries_minutes)),
        ): None
        for request in asking
    }
    found = [
        *connection.read(_GUESSES_BY_KEY, [(request.key,) for request in asking]),
        *connection.read(_RECENT_GUESSES, recent),
    ]
    return [
        Guess(
            packet_id=PacketId(row["packet_id"]),
            member_id=MemberId(row["member_id"]),
            key=EventKey(row["event_key"]),
            at=from_micros(row["at"]),
            left=row["left_tries"],
            paused_until=maybe_instant(row["paused_until"]),
        )
        for row in found
    ]


def _count_days(
    connection: Connection, requests: Iterable[ClaimRequest]
) -> dict[tuple[MemberId, date], int]:
    limited = [request for request in requests if request.rules.claims_a_day]
    found = connection.read(_DAY_COUNTS, _days(limited))
    return {(MemberId(who), date.fromisoformat(day)): claims for who, day, claims in found}


def _count_campaigns(
    connection: Connection, requests: Iterable[ClaimRequest], packets: Iterable[Packet]
) -> dict[tuple[MemberId, str], int]:
    campaigns = {packet.packet_id: packet.terms.campaign for packet in packets}
    pairs = {
        (request.member_id, campaign): None
        for request in requests
        if request.rules.claims_a_campaign and (campaign := campaigns.get(request.packet_id))
    }
    found = connection.read(_CAMPAIGN_COUNTS, pairs)
    return {(MemberId(who), campaign): claims for who, campaign, claims in found}


def _days(requests: Iterable[ClaimRequest]) -> dict[tuple[MemberId, str], None]:
    return {(request.member_id, request.on_date.isoformat()): None for request in requests}


def _claims(found: Iterable[Row]) -> list[Claim]:
    return [
        Claim(
            packet_id=PacketId(row["packet_id"]),
            member_id=MemberId(row["member_id"]),
            position=row["position"],
            amount=row["amount"],
            key=EventKey(row["event_key"]),
            at=from_micros(row["at"]),
            on_date=date.fromisoformat(row["on_date"]),
            campaign=row["campaign"],
        )
        for row in found
    ]
