"""Sign-ups 报名: the lane that moves seats, and what is asked about them."""

from dataclasses import dataclass
from typing import Final

from bot.campaigns.door import DoorAnswer
from bot.campaigns.seat_lane import Answer, Arrival, GiveUp, SignUp, Sweep, Told, Wish, apply_seats
from bot.campaigns.seat_rows import SEAT, seat_of
from bot.campaigns.seats import GiveUpAnswer, Seat, SignUpAnswer
from bot.store.db import Store
from bot.store.lane import Lane

_HELD: Final = (
    f"SELECT {SEAT} FROM campaign_seat AS s"
    " WHERE s.campaign = ? AND s.state IN ('seated', 'waiting') ORDER BY s.id"
)

_UNTOLD: Final = (
    f"SELECT {SEAT} FROM campaign_seat AS s WHERE s.moved_at IS NOT NULL AND s.told_at IS NULL"
    " ORDER BY s.id"
)

_COUNTS: Final = """
SELECT s.campaign, count(s.number) AS seated, count(*) - count(s.number) AS waiting,
    CAST(sum(CASE WHEN m.id IS NULL AND s.arrived_at IS NULL THEN 1 ELSE 0 END) AS INTEGER)
        AS deserted
FROM campaign_seat AS s
LEFT JOIN membership AS m
    ON m.group_key = s.group_key AND m.member_id = s.member_id AND m.left_at IS NULL
WHERE s.state IN ('seated', 'waiting')
GROUP BY s.campaign
ORDER BY s.campaign
"""


@dataclass(frozen=True, slots=True)
class Count:
    """How many places of a campaign are seats, how many wait, and how many are ``deserted``.

    A place is deserted when its member has left the group and was not at the door before.
    """

    campaign: str
    seated: int
    waiting: int
    deserted: int


class Signups:
    """All seats of all campaigns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lane: Lane[Wish, Answer] = store.lane("seats", apply_seats)

    async def sign_up(self, wish: SignUp) -> SignUpAnswer:
        """Give a member a seat or a place in the line. The same event gets its first answer."""
        answer = await self._lane.submit(wish)
        assert isinstance(answer, SignUpAnswer), "a sign-up is answered as one"
        return answer

    async def give_up(self, wish: GiveUp) -> GiveUpAnswer:
        """Free a member's place. The same event gets its first answer."""
        answer = await self._lane.submit(wish)
        assert isinstance(answer, GiveUpAnswer), "a giving up is answered as one"
        return answer

    async def arrive(self, wish: Arrival) -> DoorAnswer:
        """Let a member in who says the word, once. The same event gets its first answer."""
        answer = await self._lane.submit(wish)
        assert isinstance(answer, DoorAnswer), "an arrival is answered as one"
        return answer

    async def sweep(self, wish: Sweep) -> None:
        """Free the places of those who left, and let the line move up. May be repeated."""
        await self._lane.submit(wish)

    async def mark_told(self, wish: Told) -> None:
        """Note that those who moved up were told. May be repeated."""
        await self._lane.submit(wish)

    async def read_held(self, campaign: str) -> tuple[Seat, ...]:
        """Every place that is somebody's, the first come first."""
        return tuple(seat_of(row) for row in await self._store.read(_HELD, [campaign]))

    async def read_untold(self) -> tuple[Seat, ...]:
        """Those who moved up and were not told."""
        return tuple(seat_of(row) for row in await self._store.read(_UNTOLD))

    async def read_counts(self) -> tuple[Count, ...]:
        """How every campaign stands in which somebody has a place."""
        rows = await self._store.read(_COUNTS)
        return tuple(
            Count(row["campaign"], row["seated"], row["waiting"], row["deserted"]) for row in rows
        )
