"""The tables of seats: what a batch is about, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from bot.campaigns.door import WrongTry
from bot.campaigns.seats import Hall, Seat, SeatId, SeatState
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.store.connection import Connection, Row, Value
from bot.store.fields import from_micros, maybe_instant, maybe_micros, to_micros
from bot.store.sql import over

SEAT: Final = (
    "s.id, s.campaign, s.member_id, s.group_key, s.event_key, s.at, s.state, s.quota, s.number,"
    " s.line, s.moved_at, s.told_at, s.ended_at, s.ended_key, s.arrived_at, s.arrived_key, s.points"
)
"""What ``seat_of`` reads, of ``campaign_seat AS s``."""

_PLACES: Final = over(
    "campaign text",
    f"SELECT {SEAT} FROM rows CROSS JOIN campaign_seat AS s ON s.campaign = rows.campaign"
    " ORDER BY s.id",
)

_TRIES: Final = over(
    "campaign text, since int",
    "SELECT t.event_key, t.campaign, t.member_id, t.at, t.left_tries, t.paused_until FROM rows"
    " CROSS JOIN campaign_try AS t ON t.campaign = rows.campaign AND t.at > rows.since"
    " ORDER BY t.at",
)

_PRESENT: Final = over(
    "group_key text, member_id int",
    "SELECT rows.group_key, rows.member_id FROM rows CROSS JOIN membership AS m"
    " ON m.group_key = rows.group_key AND m.member_id = rows.member_id AND m.left_at IS NULL",
)

_FIELDS: Final = (
    "id int, campaign text, member_id int, group_key text, event_key text, at int, state text,"
    " quota int, number int, line int, moved_at int, told_at int, ended_at int, ended_key text,"
    " arrived_at int, arrived_key text, points int"
)

_NAMES: Final = ", ".join(field.split()[0] for field in _FIELDS.split(", "))

_WRITE: Final = over(
    _FIELDS,
    f"INSERT INTO campaign_seat ({_NAMES}) SELECT {_NAMES} FROM rows WHERE true"
    " ON CONFLICT (id) DO UPDATE SET state = excluded.state, quota = excluded.quota,"
    " number = excluded.number, moved_at = excluded.moved_at, told_at = excluded.told_at,"
    " ended_at = excluded.ended_at, ended_key = excluded.ended_key,"
    " arrived_at = excluded.arrived_at, arrived_key = excluded.arrived_key,"
    " points = excluded.points",
)

_WRITE_TRY: Final = over(
    "event_key text, campaign text, member_id int, at int, left_tries int, paused_until int",
    "INSERT INTO campaign_try (event_key, campaign, member_id, at, left_tries, paused_until)"
    " SELECT event_key, campaign, member_id, at, left_tries, paused_until FROM rows",
)


def load_halls(connection: Connection, campaigns: Iterable[str]) -> dict[str, Hall]:
    """All places of each campaign; one run has some dozens of them."""
    halls = {campaign: Hall(campaign) for campaign in sorted(set(campaigns))}
    for row in connection.read(_PLACES, [(campaign,) for campaign in halls]):
        seat = seat_of(row)
        halls[seat.campaign].places[seat.seat_id] = seat
    return halls


def load_tries(
    connection: Connection, since: Iterable[tuple[str, datetime]]
) -> dict[str, list[WrongTry]]:
    """The wrong words at each campaign's door after an instant."""
    earliest: dict[str, datetime] = {}
    for campaign, at in since:
        earliest[campaign] = min(at, earliest.get(campaign, at))
    tries: defaultdict[str, list[WrongTry]] = defaultdict(list)
    rows = [(campaign, to_micros(at)) for campaign, at in sorted(earliest.items())]
    for row in connection.read(_TRIES, rows):
        tries[row["campaign"]].append(
            WrongTry(
                key=EventKey(row["event_key"]),
                campaign=row["campaign"],
                member_id=MemberId(row["member_id"]),
                at=from_micros(row["at"]),
                left=row["left_tries"],
                paused_until=maybe_instant(row["paused_until"]),
            )
        )
    return tries


def load_present(
    connection: Connection, wanted: Iterable[tuple[GroupKey, MemberId]]
) -> frozenset[tuple[GroupKey, MemberId]]:
    """Those of the members who are in the group now."""
    found = connection.read(_PRESENT, sorted(set(wanted)))
    return frozenset((GroupKey(group_key), MemberId(who)) for group_key, who in found)


def last_seat_id(connection: Connection) -> int:
    """The highest id so far, 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM campaign_seat").fetchone()[0])


def write_halls(connection: Connection, halls: Iterable[Hall]) -> None:
    """Write the places that changed; those given up come first, so that their seats are free."""
    changed = [hall.places[seat_id] for hall in halls for seat_id in sorted(hall.changed)]
    for held in (False, True):
        connection.write(_WRITE, [_row(seat) for seat in changed if seat.is_held is held])


def write_tries(connection: Connection, tries: Sequence[WrongTry]) -> None:
    """Write new wrong words."""
    connection.write(
        _WRITE_TRY,
        [
            (
                wrong.key,
                wrong.campaign,
                wrong.member_id,
                to_micros(wrong.at),
                wrong.left,
                maybe_micros(wrong.paused_until),
            )
            for wrong in tries
        ],
    )


def seat_of(row: Row) -> Seat:
    """The place of a row with ``SEAT``."""
    return Seat(
        seat_id=SeatId(row["id"]),
        campaign=row["campaign"],
        member_id=MemberId(row["member_id"]),
        group_key=GroupKey(row["group_key"]),
        key=EventKey(row["event_key"]),
        at=from_micros(row["at"]),
        state=SeatState(row["state"]),
        quota=row["quota"],
        number=row["number"],
        line=row["line"],
        moved_at=maybe_instant(row["moved_at"]),
        told_at=maybe_instant(row["told_at"]),
        ended_at=maybe_instant(row["ended_at"]),
        ended_key=None if row["ended_key"] is None else EventKey(row["ended_key"]),
        arrived_at=maybe_instant(row["arrived_at"]),
        arrived_key=None if row["arrived_key"] is None else EventKey(row["arrived_key"]),
        points=row["points"],
    )


def _row(seat: Seat) -> tuple[Value, ...]:
    return (
        seat.seat_id,
        seat.campaign,
        seat.member_id,
        seat.group_key,
        seat.key,
        to_micros(seat.at),
        seat.state,
        seat.quota,
        seat.number,
        seat.line,
        maybe_micros(seat.moved_at),
        maybe_micros(seat.told_at),
        maybe_micros(seat.ended_at),
        seat.ended_key,
        maybe_micros(seat.arrived_at),
        seat.arrived_key,
        seat.points,
    )
