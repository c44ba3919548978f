"""The submissions of the house: the lane that moves them, what is asked about them, the library.

The items of the library are looked for at most every few seconds, and are the same tuple as long
as nothing has changed, so that what is made of them can be kept by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.clock import Clock
from bot.core.ids import EventKey, MemberId
from bot.members.submissions.adopted import Credited, item_of
from bot.members.submissions.files import PictureFiles
from bot.members.submissions.lane import (
    Lapse,
    Like,
    Liked,
    Remind,
    Verdict,
    Wish,
    WithdrawAll,
    Withdrawn,
    apply_wishes,
)
from bot.members.submissions.rows import COLUMNS, submission_of
from bot.members.submissions.submission import (
    OVER,
    Agree,
    Attach,
    Mark,
    Moved,
    Offer,
    State,
    Submission,
    SubmissionId,
    Withdraw,
)
from bot.settings.policy import policy_of
from bot.settings.schema.submissions import SubmissionRules
from bot.settings.settings import ContentItem, HasSettings, Settings
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane
from bot.store.sql import over

LOOK_EVERY: Final = timedelta(seconds=3)

READ_ADOPTED: Final = (
    f"SELECT {COLUMNS}, m.name FROM submission AS s JOIN member AS m ON m.id = s.author_id"
    " WHERE s.state = 'approved' ORDER BY s.id"
)

_OF_STAFF: Final = (
    f"SELECT {COLUMNS} FROM submission AS s WHERE EXISTS (SELECT 1 FROM appointment AS a"
    " WHERE a.member_id = ? AND a.group_key IN ('', s.group_key))"
)
"""The submissions of the groups for which somebody is responsible."""


_ALL: Final = f"SELECT {COLUMNS} FROM submission AS s"

_LIKED: Final = (
    f"SELECT {COLUMNS}, k.likes FROM submission AS s JOIN (SELECT submission_id, count(*) AS likes"
    " FROM submission_like GROUP BY submission_id) AS k ON k.submission_id = s.id"
    " WHERE s.state = 'approved' AND EXISTS (SELECT 1 FROM appointment AS a"
    " WHERE a.member_id = ? AND a.group_key IN ('', s.group_key))"
    " ORDER BY k.likes DESC, s.id DESC LIMIT ?"
)

_STATES: Final = over(
    "id int", "SELECT s.id, s.state FROM rows CROSS JOIN submission AS s ON s.id = rows.id"
)

_FIRST: Final = (
    "SELECT min(CASE WHEN state = 'asked' THEN offered_at END) AS asked,"
    " min(CASE WHEN state = 'waiting' AND reminded_at IS NULL THEN agreed_at END) AS waiting"
    " FROM submission WHERE state IN ('asked', 'waiting')"
)


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found in the library, and when."""

    at: datetime
    credited: tuple[Credited, ...]


def read_adopted_from(
    connection: Connection, settings: Settings, files: PictureFiles
) -> tuple[ContentItem, ...]:
    """``Submissions.adopted`` for the command line, which only opens the database to look at it."""
    rows = connection.execute(READ_ADOPTED, []).fetchall()
    credited = [Credited(submission_of(row), row["name"]) for row in rows]
    found = (item_of(one, settings, files.paths) for one in credited)
    return tuple(item for item in found if item is not None)


class Submissions:
    """All submissions, with their pictures in ``files``."""

    def __init__(self, store: Store, live: HasSettings, clock: Clock, files: PictureFiles) -> None:
        self.files = files
        self._store = store
        self._live = live
        self._clock = clock
        self._lane: Lane[Wish, Verdict] = store.lane("submissions", apply_wishes)
        self._look: _Look | None = None
        self._made_of: tuple[object, ...] = ()
        self._items: tuple[ContentItem, ...] = ()

    async def move(self, wish: Offer | Attach | Agree | Withdraw | Lapse | Remind) -> Moved:
        """Do it, or say how it stands when that cannot be. Pictures of what is over are deleted."""
        moved = await self._lane.submit(wish)
        assert not isinstance(moved, Liked | Withdrawn), "each wish has its verdicts"
        if isinstance(wish, Withdraw | Lapse):
            await self.ended((wish.number,))
        return moved

    async def withdraw_all(
        self, member_id: MemberId, *, key: EventKey, at: datetime
    ) -> tuple[SubmissionId, ...]:
        """Take back everything that a member has sent in; the same event gets the same answer."""
        verdict = await self._lane.submit(WithdrawAll(Mark(member_id, at, key)))
        assert isinstance(verdict, Withdrawn), "each wish has its verdicts"
        await self.ended(verdict.numbers)
        return verdict.numbers

    async def like(self, wish: Like) -> Liked:
        """Count a member's 赞 once."""
        liked = await self._lane.submit(wish)
        assert isinstance(liked, Liked), "each wish has its verdicts"
        return liked

    async def ended(self, numbers: Iterable[SubmissionId]) -> None:
        """Delete the pictures of those of ``numbers`` that are over; the library is read anew."""
        rows = await self._store.read_over(_STATES, [(number,) for number in numbers])
        await self.files.delete(
            SubmissionId(row["id"]) for row in rows if State(row["state"]) in OVER
        )
        self.look_again()

    async def sweep(self) -> None:
        """Delete pictures that a dead process has left of what is over."""
        await self.ended(await self.files.numbers())

    def look_again(self) -> None:
        """Read the library anew at the next asking: something has just changed here."""
        self._look = None

    async def adopted(self) -> tuple[ContentItem, ...]:
        """What may be posted of it, the first sent in first; another process's within seconds."""
        now, settings = self._clock.now(), self._live.current
        look = self._look
        if look is None or not timedelta() <= now - look.at < LOOK_EVERY:
            rows = await self._store.read(READ_ADOPTED)
            look = _Look(now, tuple(Credited(submission_of(row), row["name"]) for row in rows))
            self._look = look
        made_of = (look.credited, settings.members.submissions, policy_of(settings), settings.zone)
        if made_of != self._made_of:
            found = (item_of(one, settings, self.files.paths) for one in look.credited)
            self._items = tuple(item for item in found if item is not None)
            self._made_of = made_of
        return self._items

    async def read_one(self, number: SubmissionId, staff_id: MemberId) -> Submission | None:
        """A submission, if it is of a group for which ``staff_id`` is responsible."""
        return await self._read_first(f"{_OF_STAFF} AND s.id = ?", staff_id, number)

    async def read_waiting(self, staff_id: MemberId) -> tuple[Submission, ...]:
        """What waits for a reviewer in the groups of ``staff_id``, the oldest first."""
        return await self._read(f"{_OF_STAFF} AND s.state = 'waiting' ORDER BY s.id", staff_id)

    async def read_liked(self, staff_id: MemberId, most: int) -> tuple[tuple[Submission, int], ...]:
        """What is in the library of his groups and was liked, the most liked first."""
        rows = await self._store.read(_LIKED, [staff_id, most])
        return tuple((submission_of(row), int(row["likes"])) for row in rows)

    async def read_of(self, author_id: MemberId, most: int) -> tuple[Submission, ...]:
        """The newest of a member, the newest first."""
        return await self._read(
            f"{_ALL} WHERE s.author_id = ? ORDER BY s.id DESC LIMIT ?", author_id, most
        )

    async def read_open_to_pictures(self, author_id: MemberId, at: datetime) -> Submission | None:
        """The newest of a member that takes a picture that he sends at ``at``."""
        return await self._read_first(
            f"{_ALL} WHERE s.author_id = ? AND s.state IN ('asked', 'waiting')"
            " AND s.offered_at <= ? AND s.picture_until >= ? ORDER BY s.id DESC LIMIT 1",
            author_id,
            to_micros(at),
            to_micros(at),
        )

    async def read_lapsed(self, asked_before: datetime) -> tuple[Submission, ...]:
        """What was sent in before and never agreed to."""
        return await self._read(
            f"{_ALL} WHERE s.state = 'asked' AND s.offered_at <= ? ORDER BY s.id",
            to_micros(asked_before),
        )

    async def read_unreviewed(self, agreed_before: datetime) -> tuple[Submission, ...]:
        """What has waited for a reviewer since before, and nobody was reminded of."""
        return await self._read(
            f"{_ALL} WHERE s.state = 'waiting' AND s.reminded_at IS NULL AND s.agreed_at <= ?"
            " ORDER BY s.id",
            to_micros(agreed_before),
        )

    async def next_due(self, rules: SubmissionRules) -> datetime | None:
        """When the next one lapses, or somebody is to be reminded."""
        (row,) = await self._store.read(_FIRST)
        dues = []
        if row["asked"] is not None:
            dues.append(from_micros(row["asked"]) + rules.consent_time)
        if row["waiting"] is not None:
            dues.append(from_micros(row["waiting"]) + rules.review_time)
        return min(dues, default=None)

    async def _read(self, query: str, *values: object) -> tuple[Submission, ...]:
        return tuple(submission_of(row) for row in await self._store.read(query, values))

    async def _read_first(self, query: str, *values: object) -> Submission | None:
        found = await self._read(query, *values)
        return found[0] if found else None
