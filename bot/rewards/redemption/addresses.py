"""Where parcels go: told by the member in private, for this parcel only, and deleted after it.

An address is in no other table, no message and no log; the staff reads it with ``bot orders``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.ids import EventKey, MemberId
from bot.core.text import normalise
from bot.rewards.redemption.fulfilment import Moved, Step, StepRequest
from bot.rewards.redemption.lane import apply_steps
from bot.rewards.redemption.redemption import Redemption, RedemptionState
from bot.rewards.redemption.rows import COLUMNS, redemption_of
from bot.store.connection import Connection
from bot.store.fields import to_micros
from bot.store.sql import over

MOST_CHARACTERS = 200
_LEAST_CHARACTERS = 6
_PHONE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)")
_SPACED = re.compile(r"(?<=\d)[ -](?=\d)")

_LOAD_UNSENT = over(
    "member_id int",
    f"""
{COLUMNS} FROM rows CROSS JOIN redemption ON redemption.member_id = rows.member_id
WHERE redemption.kind = 'parcel' AND redemption.state IN ('held', 'confirmed')
ORDER BY redemption.id
""",
)

_WRITE = over(
    "redemption_id int, address text, purpose text, given_at int",
    """
INSERT INTO redemption_address (redemption_id, address, purpose, given_at)
SELECT redemption_id, address, purpose, given_at FROM rows WHERE true
ON CONFLICT (redemption_id) DO UPDATE SET address = excluded.address,
    purpose = excluded.purpose, given_at = excluded.given_at
""",
)


@dataclass(frozen=True, slots=True)
class AddressRequest:
    """A member's address for all his parcels that were not sent yet.

    ``purpose`` is what he was told it is for. ``due_at`` is by when the parcels shall leave.
    """

    key: EventKey
    member_id: MemberId
    address: str
    purpose: str
    at: datetime
    due_at: datetime
    usable_until: date


@dataclass(frozen=True, slots=True)
class Addressed:
    """``confirmed`` parcels wait to be sent now; of ``corrected`` ones the address was replaced."""

    confirmed: tuple[Redemption, ...]
    corrected: tuple[Redemption, ...]


def is_complete(address: str) -> bool:
    """Whether there is a phone number in it, and enough beside it to be a name and a place."""
    plain = _SPACED.sub("", normalise(address))
    found = _PHONE.search(plain)
    if found is None or len(plain) > MOST_CHARACTERS:
        return False
    rest = plain[: found.start()] + plain[found.end() :]
    return len(re.sub(r"[\W\d]", "", rest)) >= _LEAST_CHARACTERS


def apply_addresses(connection: Connection, requests: Sequence[AddressRequest]) -> list[Addressed]:
    """Take addresses within the open transaction; one answer for each request, in order."""
    return [_take(connection, request) for request in requests]


def _take(connection: Connection, request: AddressRequest) -> Addressed:
    unsent = [redemption_of(row) for row in connection.read(_LOAD_UNSENT, [(request.member_id,)])]
    results = apply_steps(
        connection,
        [
            StepRequest(
                key=request.key,
                redemption_id=redemption.redemption_id,
                step=Step.ADDRESS,
                actor=f"member/{request.member_id}",
                at=request.at,
                due_at=request.due_at,
                usable_until=request.usable_until,
            )
            for redemption in unsent
        ],
    )
    confirmed = tuple(result.after for result in results if isinstance(result, Moved))
    first = {redemption.redemption_id for redemption in confirmed}
    corrected = tuple(
        redemption
        for redemption in unsent
        if redemption.state is RedemptionState.CONFIRMED and redemption.redemption_id not in first
    )
    connection.write(
        _WRITE,
        [
            (redemption.redemption_id, request.address, request.purpose, to_micros(request.at))
            for redemption in (*confirmed, *corrected)
        ],
    )
    return Addressed(confirmed, corrected)
