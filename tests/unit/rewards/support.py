"""Books to test with: in memory for the pure and the many, a real store for the whole."""

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.audit.audit import AuditReport, audit
from bot.rewards.checkin.streaks import CheckInRequest
from bot.rewards.ledger.ledger import AccountRef, Reason, Transfer
from bot.rewards.packets.claiming import ClaimRequest
from bot.rewards.packets.lane import apply_claims, apply_opens
from bot.rewards.packets.opening import OpenRequest, draw_packet
from bot.rewards.packets.packet import Claimed, OpenedPacket, PacketKind
from bot.settings.schema.rewards import RewardsFile
from bot.store.db import Store, connect_sqlite_readonly
from bot.store.lane import Apply
from bot.store.migrate import migrate

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""A Sunday noon in Shanghai."""
TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
RULES = RewardsFile()
VIP = GroupKey("vip")
OWNER = MemberId(1)
MEMBERS = 600


def rules(**packets: int) -> RewardsFile:
    """The default rules with other limits for packets."""
    return RewardsFile.model_validate({"packets": packets})


def _template() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection)
        add_members(connection, MEMBERS)
        return connection.serialize()


def add_members(connection: sqlite3.Connection, count: int) -> None:
    """Members 1 to ``count``."""
    connection.executemany(
        "INSERT INTO member (id, created_at) VALUES (?, 0)",
        [(number,) for number in range(1, count + 1)],
    )


def new_books(
    content: bytes | None = None, factory: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """A database in memory: ``content``, or empty books with members 1 to 600."""
    connection = sqlite3.connect(":memory:", isolation_level=None, factory=factory)
    connection.deserialize(_EMPTY if content is None else content)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


_EMPTY = _template()


def run(connection: sqlite3.Connection, apply: Apply[Any, Any], *items: Any) -> list[Any]:
    """Apply ``items`` as one batch in one transaction.

    Unlike a lane it does not try them one by one when the batch as a whole fails, so a mistake
    in how the items of a batch see each other shows.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        answers = list(apply(connection, items))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return answers


def audit_store(store: Store) -> AuditReport:
    """Audit a store's database from outside."""
    with closing(connect_sqlite_readonly(store.path)) as connection:
        return audit(connection)


def balance(connection: sqlite3.Connection, ref: AccountRef) -> int:
    """What an account holds; 0 when it does not exist."""
    row = connection.execute(
        "SELECT balance FROM account WHERE currency = ? AND kind = ? AND holder = ?",
        (ref.currency, ref.kind, ref.holder),
    ).fetchone()
    return 0 if row is None else row["balance"]


def contents(connection: sqlite3.Connection) -> list[str]:
    """Everything in the database, to compare a before with an after."""
    return list(connection.iterdump())


def member(number: int) -> AccountRef:
    """A member's account."""
    return AccountRef.member(MemberId(number))


def gift(
    key: str,
    to: AccountRef,
    amount: int,
    giver: AccountRef | None = None,
    reason: Reason = Reason.ADJUSTMENT,
    reverses: str | None = None,
    reference: str = "a test",
) -> Transfer:
    """A transfer, from the issuance unless ``giver`` is named."""
    return Transfer(
        key=key,
        debit=AccountRef.issuance() if giver is None else giver,
        credit=to,
        amount=amount,
        reason=reason,
        reference=reference,
        actor="tester",
        at=NOW,
        reverses=reverses,
    )


def add_referral(connection: sqlite3.Connection, inviter: int, friend: int) -> int:
    """A settled referral that owes 1000 points to the inviter and 50 to the friend."""
    cursor = connection.execute(
        "INSERT INTO referral (friend_id, inviter_id, group_key, code, event_key, state,"
        " joined_at, entered_at, qualify_at, settled_at, inviter_points, friend_points)"
        " VALUES (?, ?, 'vip', 'c', ?, 'settled', 0, 0, 0, 1, 1000, 50)",
        (friend, inviter, f"code-{friend}"),
    )
    return int(cursor.lastrowid or 0)


def rewards(number: int, inviter: int, friend: int) -> tuple[Transfer, Transfer]:
    """What both get for referral ``number``."""
    reference = f"referral/{number}"
    first, second = Reason.REFERRAL_INVITER, Reason.REFERRAL_FRIEND
    return (
        gift(f"{reference}/{first}", member(inviter), 1000, reason=first, reference=reference),
        gift(f"{reference}/{second}", member(friend), 50, reason=second, reference=reference),
    )


def clawback(reward: Transfer) -> Transfer:
    """What takes a reward back."""
    return gift(
        f"{reward.key}/clawback",
        reward.debit,
        reward.amount,
        reward.credit,
        Reason.REFERRAL_CLAWBACK,
        reward.key,
        reward.reference,
    )


def check_in(number: int, key: str, on_date: date = TODAY, at: datetime = NOW) -> CheckInRequest:
    """A member's wish to check in, with the default rules."""
    return CheckInRequest(
        member_id=MemberId(number),
        key=EventKey(key),
        on_date=on_date,
        at=at,
        points=RULES.checkin.points,
        milestones=RULES.checkin.milestones,
    )


def packet(
    key: str,
    points: int = 100,
    shares: int = 4,
    kind: PacketKind = PacketKind.LUCKY,
    at: datetime = NOW,
    settings: RewardsFile = RULES,
    group: GroupKey = VIP,
    seed: int = 1,
) -> OpenRequest:
    """An owner's wish for a packet."""
    limits = settings.packets
    return OpenRequest(
        key=EventKey(key),
        group_key=group,
        owner_id=OWNER,
        kind=kind,
        points=points,
        shares=shares,
        on_date=at.astimezone(SHANGHAI).date(),
        at=at,
        expires_at=at + timedelta(hours=limits.expire_hours),
        allowance=limits.pool_points_a_day,
        drawn=draw_packet(kind, points, shares, limits, random.Random(seed)),
    )


def claim(
    packet_id: int,
    number: int,
    key: str = "",
    at: datetime = NOW,
    joined_at: datetime | None = None,
) -> ClaimRequest:
    """A member's tap."""
    return ClaimRequest(
        packet_id=PacketId(packet_id),
        member_id=MemberId(number),
        key=EventKey(key or f"tap-{packet_id}-{number}"),
        at=at,
        joined_at=joined_at,
        membership_hours=RULES.packets.membership_hours,
    )


def opened(connection: sqlite3.Connection, request: OpenRequest) -> OpenedPacket:
    """Open a packet that must not be refused."""
    (answer,) = run(connection, apply_opens, request)
    assert isinstance(answer, OpenedPacket)
    return answer


def claimed(connection: sqlite3.Connection, requests: Sequence[ClaimRequest]) -> list[Claimed]:
    """Claims in one batch, all of which must get a share."""
    answers = run(connection, apply_claims, *requests)
    assert all(isinstance(answer, Claimed) for answer in answers), answers
    return answers
