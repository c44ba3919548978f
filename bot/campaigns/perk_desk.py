"""The desk of perks: the lane that hands them out, and what is asked about them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from bot.campaigns.perks import PerkAnswer, PerkWish, Taken, take
from bot.campaigns.seat_rows import load_present
from bot.core.ids import EventKey, GroupKey, MemberId
from bot.store.connection import Connection, Row
from bot.store.db import Store
from bot.store.fields import from_micros, to_micros
from bot.store.lane import Lane
from bot.store.sql import over

_COLUMNS: Final = (
    "campaign, perk, member_id, group_key, event_key, at, code, quota, number, most_each, own"
)

_LOAD: Final = over(
    "campaign text, perk text",
    "SELECT p.campaign, p.perk, p.member_id, p.group_key, p.event_key, p.at, p.code, p.quota,"
    " p.number, p.most_each, p.own FROM rows CROSS JOIN campaign_perk AS p"
    " ON p.campaign = rows.campaign AND p.perk = rows.perk ORDER BY p.number",
)

_WRITE: Final = over(
    "campaign text, perk text, member_id int, group_key text, event_key text, at int, code text,"
    " quota int, number int, most_each int, own int",
    f"INSERT INTO campaign_perk ({_COLUMNS}) SELECT {_COLUMNS} FROM rows",
)

_OF_MEMBER: Final = (
    f"SELECT {_COLUMNS} FROM campaign_perk WHERE campaign = ? AND member_id = ? ORDER BY id"
)

_COUNTS: Final = (
    "SELECT perk, count(*) AS taken FROM campaign_perk WHERE campaign = ? GROUP BY perk"
)


class Perks:
    """All perks of all campaigns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lane: Lane[PerkWish, PerkAnswer] = store.lane("perks", apply_perks)

    async def take(self, wish: PerkWish) -> PerkAnswer:
        """Hand a perk out, or say why not. The same event gets its first answer."""
        return await self._lane.submit(wish)

    async def read_own(self, campaign: str, member_id: MemberId) -> tuple[Taken, ...]:
        """What a member has taken, with its codes."""
        rows = await self._store.read(_OF_MEMBER, [campaign, member_id])
        return tuple(_taken(row) for row in rows)

    async def read_counts(self, campaign: str) -> Mapping[str, int]:
        """How many of each perk were taken; those of which none was are left out."""
        rows = await self._store.read(_COUNTS, [campaign])
        return {row["perk"]: row["taken"] for row in rows}


def apply_perks(connection: Connection, wishes: Sequence[PerkWish]) -> list[PerkAnswer]:
    """The lane of perks."""
    before: defaultdict[tuple[str, str], list[Taken]] = defaultdict(list)
    for row in connection.read(_LOAD, sorted({(wish.campaign, wish.perk) for wish in wishes})):
        before[row["campaign"], row["perk"]].append(_taken(row))
    known = {taken.key for taken_before in before.values() for taken in taken_before}
    here = load_present(connection, [(wish.group_key, wish.member_id) for wish in wishes])
    answers = [
        take(
            before[wish.campaign, wish.perk],
            wish,
            is_here=(wish.group_key, wish.member_id) in here,
        )
        for wish in wishes
    ]
    found = [taken for taken_now in before.values() for taken in taken_now]
    connection.write(_WRITE, [_row(taken) for taken in found if taken.key not in known])
    return answers


def _taken(row: Row) -> Taken:
    return Taken(
        campaign=row["campaign"],
        perk=row["perk"],
        member_id=MemberId(row["member_id"]),
        group_key=GroupKey(row["group_key"]),
        key=EventKey(row["event_key"]),
        at=from_micros(row["at"]),
        code=row["code"],
        quota=row["quota"],
        number=row["number"],
        each=row["most_each"],
        own=row["own"],
    )


def _row(taken: Taken) -> tuple[int | str, ...]:
    return (
        taken.campaign,
        taken.perk,
        taken.member_id,
        taken.group_key,
        taken.key,
        to_micros(taken.at),
        taken.code,
        taken.quota,
        taken.number,
        taken.each,
        taken.own,
    )
