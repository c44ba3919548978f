"""One person in several accounts: where the platform tells that two of our members are the same.

Somebody is known under one id in the company and under another in an account. Whoever has nothing
yet becomes the member who was known before; of two who both have something neither gives it up, and
the log says so.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from bot.core.ids import MemberId
from bot.store.connection import Connection
from bot.store.db import Store


class Obstacle(StrEnum):
    """Why two members stay two."""

    BOTH_HAVE_SOMETHING = "both have something"
    SAME_REALM = "both are known in the same company or account"


@dataclass(frozen=True, slots=True)
class Twins:
    """Two members with one union id, the older one first."""

    older: MemberId
    newer: MemberId


class Linking:
    """Makes one of those who are the same."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._links = store.lane("links", link_members)
        self._left_alone: set[Twins] = set()
        self._log = structlog.get_logger("linking")

    async def link(self, union_ids: Collection[str]) -> None:
        """Look whether these union ids name more than one member, and link whom it can."""
        for twins in await self._read_twins(union_ids):
            if twins in self._left_alone:
                continue
            obstacle = await self._links.submit(twins)
            if obstacle is not None:
                self._left_alone.add(twins)
                self._log.warning(
                    "the same person twice", older=twins.older, newer=twins.newer, reason=obstacle
                )

    async def _read_twins(self, union_ids: Iterable[str]) -> list[Twins]:
        wanted = sorted({union_id for union_id in union_ids if union_id})
        rows = []
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            asked = wanted[start : start + _ASKED_AT_ONCE]
            rows += await self._store.read(
                "SELECT (SELECT min(o.id) FROM member AS o"
                " WHERE o.union_id = m.union_id AND o.union_id <> '') AS older, m.id AS newer"
                f" FROM member AS m WHERE m.union_id IN ({', '.join('?' * len(asked))})"
                " AND m.union_id <> '' ORDER BY m.id",
                asked,
            )
        return [
            Twins(MemberId(row["older"]), MemberId(row["newer"]))
            for row in rows
            if row["older"] != row["newer"]
        ]


_ASKED_AT_ONCE: Final = 500
"""Union ids in one question; a statement takes so many parameters and no more."""

_POSSESSIONS: Final = (
    "membership WHERE member_id = ?1",
    "account WHERE kind = 'member' AND holder = CAST(CAST(?1 AS INTEGER) AS TEXT)",
    "checkin WHERE member_id = ?1",
    "packet WHERE owner_id = ?1",
    "packet_claim WHERE member_id = ?1",
    "invite_code WHERE member_id = ?1",
    "referral WHERE ?1 IN (friend_id, inviter_id)",
    "appointment WHERE member_id = ?1",
    "proposal WHERE member_id = ?1",
    "makeup_card WHERE member_id = ?1",
    "packet_guest WHERE member_id = ?1",
    "packet_guess WHERE member_id = ?1",
    "lottery_draw WHERE member_id = ?1",
    "lottery_miss WHERE member_id = ?1",
    "lottery_win WHERE member_id = ?1",
    "redemption WHERE member_id = ?1",
    "payout WHERE member_id = ?1",
    "earning WHERE member_id = ?1",
    "adjustment WHERE member_id = ?1",
    "thanks WHERE ?1 IN (giver_id, receiver_id)",
    "thanks_pair WHERE ?1 IN (first_id, second_id)",
    "member_level WHERE member_id = ?1",
    "expiry_notice WHERE member_id = ?1",
    "board_line WHERE member_id = ?1",
    "board_shy WHERE member_id = ?1",
    "ticket WHERE ?1 IN (member_id, taken_by)",
    "ticket_line WHERE member_id = ?1",
    "game WHERE started_by = ?1",
    "game_win WHERE member_id = ?1",
    "game_miss WHERE member_id = ?1",
    "game_vote WHERE member_id = ?1",
    "learned WHERE ?1 IN (author_id, decided_by, retracted_by)",
    "sop_step WHERE member_id = ?1",
    "submission WHERE ?1 IN (author_id, agreed_by, decided_by, featured_by, withdrawn_by)",
    "submission_like WHERE member_id = ?1",
    "campaign_cash WHERE ?1 IN (proposed_by, confirmed_by)",
    "campaign_seat WHERE member_id = ?1",
    "campaign_try WHERE member_id = ?1",
    "campaign_perk WHERE member_id = ?1",
)
"""What a member may have that is not carried over; by any of it he has something."""

_CARRIED: Final = ("identity", "tie", "interaction", "tag_hit", "member_choice", "model_turn")
"""What goes with the person to the member who stays."""

_ONE_STAYS: Final = {
    "member_tag": "AND t.tag = member_tag.tag",
    "talk": "",
    "memory_fact": "",
    "memory_forgotten": "",
    "model_mute": "",
    "question_asked": "AND t.question_id = question_asked.question_id"
    " AND t.on_date = question_asked.on_date",
}
"""What goes with him unless the member who stays has the like; then his own stays."""


def link_members(connection: Connection, items: Sequence[Twins]) -> list[Obstacle | None]:
    """The lane of links: the newer member becomes the older one, if nothing is in the way."""
    return [_link(connection, twins) for twins in items]


def _link(connection: Connection, twins: Twins) -> Obstacle | None:
    if _exists(
        connection,
        "identity AS o JOIN identity AS n ON n.realm = o.realm"
        " WHERE o.member_id = ?1 AND n.member_id = ?2",
        *(twins.older, twins.newer),
    ):
        return Obstacle.SAME_REALM
    if any(_exists(connection, possession, twins.newer) for possession in _POSSESSIONS):
        return Obstacle.BOTH_HAVE_SOMETHING
    pair = (twins.older, twins.newer)
    for table in _CARRIED:
        connection.execute(f"UPDATE {table} SET member_id = ?1 WHERE member_id = ?2", pair)
    for table, like in _ONE_STAYS.items():
        connection.execute(
            f"UPDATE {table} SET member_id = ?1 WHERE member_id = ?2 AND NOT EXISTS ("
            f"SELECT 1 FROM {table} AS t WHERE t.member_id = ?1 {like})",
            pair,
        )
        connection.execute(f"DELETE FROM {table} WHERE member_id = ?", (twins.newer,))
    connection.execute(
        "UPDATE member SET name = CASE WHEN member.name = '' THEN n.name ELSE member.name END,"
        " blocked_at = coalesce(member.blocked_at, n.blocked_at),"
        " impersonal_since = coalesce(member.impersonal_since, n.impersonal_since),"
        " unsubscribed_since = coalesce(member.unsubscribed_since, n.unsubscribed_since),"
        " stepped_out_since = coalesce(member.stepped_out_since, n.stepped_out_since)"
        " FROM member AS n WHERE member.id = ?1 AND n.id = ?2",
        pair,
    )
    connection.execute("DELETE FROM member WHERE id = ?", (twins.newer,))
    return None


def _exists(connection: Connection, rows: str, *values: int) -> bool:
    (found,) = connection.execute(f"SELECT EXISTS (SELECT 1 FROM {rows})", values).fetchone()
    return bool(found)
