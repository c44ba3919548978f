"""Books to test with: in memory for the pure and the many, a real store for the whole."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.rewards.audit.audit import AuditReport, audit
from bot.rewards.checkin.makeup import MakeUpRequest
from bot.rewards.checkin.streaks import CheckInRequest
from bot.rewards.ledger.ledger import AccountRef, Reason, Transfer
from bot.rewards.packets.claiming import ClaimRequest
from bot.rewards.packets.gate import Purse, Terms
from bot.rewards.packets.lane import apply_claims, apply_opens
from bot.rewards.packets.opening import OpenRequest, draw_packet
from bot.rewards.packets.packet import Claimed, OpenedPacket, PacketKind
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection, Result, Row, Value
from bot.store.db import Store
from bot.store.lane import Apply
from bot.store.sql import Dialect, Over, over
from tests.support.engines import Fill, chosen
from tests.support.stores import in_transaction, look_into

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


_ADD_MEMBERS = over(
    "id int", "INSERT INTO member (id, created_at) SELECT id, 0 FROM rows WHERE true"
)


def add_members(connection: Connection, count: int) -> None:
    """Members 1 to ``count``."""
    connection.write(_ADD_MEMBERS, [(number,) for number in range(1, count + 1)])


def with_members(connection: Connection) -> None:
    """Empty books with members 1 to 600."""
    add_members(connection, MEMBERS)


def new_books(fill: Fill = with_members) -> Connection:
    """A database of the test's own, as ``fill`` left it."""
    return chosen().connect(fill)


class Watched:
    """A connection that tells ``before`` of every statement, however many rows it carries."""

    def __init__(self, connection: Connection, before: Callable[[str], None]) -> None:
        self._connection = connection
        self._before = before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, parameters: Sequence[Value] = (), /) -> Result:
        self._before(statement)
        return self._connection.execute(statement, parameters)

    def write(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> None:
        if batch := list(rows):
            self._before(statement.statement)
            self._connection.write(statement, batch, *more)

    def read(self, statement: Over, rows: Iterable[Sequence[Value]], *more: Value) -> Sequence[Row]:
        if not (batch := list(rows)):
            return []
        self._before(statement.statement)
        return self._connection.read(statement, batch, *more)


def run(connection: Connection, apply: Apply[Any, Any], *items: Any) -> list[Any]:
    """Apply ``items`` as one batch in one transaction.

    Unlike a lane it does not try them one by one when the batch as a whole fails, so a mistake
    in how the items of a batch see each other shows.
    """
    return in_transaction(connection, lambda: list(apply(connection, items)))


def audit_store(store: Store) -> AuditReport:
    """Audit a store's database from outside."""
    return look_into(store, audit)


def balance(connection: Connection, ref: AccountRef) -> int:
    """What an account holds; 0 when it does not exist."""
    row = connection.execute(
        "SELECT balance FROM account WHERE currency = ? AND kind = ? AND holder = ?",
        (ref.currency, ref.kind, ref.holder),
    ).fetchone()
    return 0 if row is None else row["balance"]


def contents(connection: Connection) -> list[str]:
    """Everything in the database, to compare a before with an after."""
    tables = {
        Dialect.SQLITE: "SELECT name FROM sqlite_master WHERE type = 'table'",
        Dialect.POSTGRES: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    return sorted(
        f"{name} {tuple(row)}"
        for (name,) in connection.execute(tables[connection.dialect]).fetchall()
        for row in connection.execute(f"SELECT * FROM {name}")
    )


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


def add_referral(connection: Connection, inviter: int, friend: int) -> int:
    """A settled referral that owes 1000 points to the inviter and 50 to the friend."""
    row = connection.execute(
        "INSERT INTO referral (friend_id, inviter_id, group_key, code, event_key, state,"
        " joined_at, entered_at, qualify_at, settled_at, inviter_points, friend_points)"
        " VALUES (?, ?, 'vip', 'c', ?, 'settled', 0, 0, 0, 1, 1000, 50) RETURNING id",
        (friend, inviter, f"code-{friend}"),
    ).fetchone()
    return int(row["id"])


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
        freeze_every_days=RULES.checkin.freezes.every_days,
        most_freezes=RULES.checkin.freezes.most_held,
        budgets=RULES.budgets,
    )


def make_up(number: int, key: str, on_date: date, today: date = TODAY) -> MakeUpRequest:
    """A member's wish for a card, with the default rules."""
    rules = RULES.checkin.make_up
    return MakeUpRequest(
        member_id=MemberId(number),
        key=EventKey(key),
        on_date=on_date,
        today=today,
        at=NOW,
        price=rules.price,
        days_back=rules.days_back,
        most_a_month=rules.most_a_month,
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
    owner: MemberId = OWNER,
    **terms: Any,
) -> OpenRequest:
    """An owner's wish for a packet; ``terms`` are more of its terms."""
    limits = settings.packets
    wanted = Terms(kind, points, shares, **terms)
    every = timedelta(seconds=limits.rain_every_seconds)
    return OpenRequest(
        key=EventKey(key),
        group_key=group,
        owner_id=owner,
        terms=wanted,
        on_date=at.astimezone(SHANGHAI).date(),
        at=at,
        opens_at=at + (every if wanted.drops > 1 else timedelta()),
        every=every,
        expires_at=at + timedelta(hours=limits.expire_hours),
        allowance=limits.pool_points_a_day
        if wanted.purse is Purse.GROUP
        else limits.owner_points_a_day,
        most_a_day=limits.most_points_a_day,
        drawn=draw_packet(wanted, limits, random.Random(seed)),
        budgets=settings.budgets,
    )


def claim(
    packet_id: int,
    number: int,
    key: str = "",
    at: datetime = NOW,
    joined_at: datetime | None = None,
    settings: RewardsFile = RULES,
    **more: Any,
) -> ClaimRequest:
    """A member's tap; ``more`` is what else is known of it."""
    return ClaimRequest(
        packet_id=PacketId(packet_id),
        member_id=MemberId(number),
        key=EventKey(key or f"tap-{packet_id}-{number}"),
        at=at,
        on_date=at.astimezone(SHANGHAI).date(),
        joined_at=joined_at,
        rules=settings.packets,
        **more,
    )


def opened(connection: Connection, request: OpenRequest) -> OpenedPacket:
    """Open a packet that must not be refused."""
    (answer,) = run(connection, apply_opens, request)
    assert isinstance(answer, OpenedPacket)
    return answer


def claimed(connection: Connection, requests: Sequence[ClaimRequest]) -> list[Claimed]:
    """Claims in one batch, all of which must get a share."""
    answers = run(connection, apply_claims, *requests)
    assert all(isinstance(answer, Claimed) for answer in answers), answers
    return answers
