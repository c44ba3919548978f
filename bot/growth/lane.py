"""The referral lanes: facts are loaded, judged, and written with their points."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.ids import GroupKey, MemberId
from bot.growth.referrals import (
    HELD_HOURS,
    Accepted,
    CodeEntry,
    Due,
    Ending,
    EntryFacts,
    EntryVerdict,
    News,
    ReferralState,
    judge_due,
    judge_entry,
)
from bot.rewards.ledger.ledger import AccountRef, Reason, Transfer, post_all
from bot.settings.schema.rewards import Referral
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, to_micros

_ACTOR = "referrals"

_DUE = """
SELECT r.*, EXISTS (
    SELECT 1 FROM interaction AS i
    WHERE i.member_id = r.friend_id AND i.at >= r.joined_at AND i.event_key <> r.event_key
      AND i.act IN ('message', 'checkin', 'claim', 'question')
  ) AS friend_acted,
  (SELECT count(*) FROM referral AS s WHERE s.inviter_id = r.inviter_id
    AND s.settled_at >= ?2) AS settled_today,
  (SELECT count(*) FROM referral AS s WHERE s.inviter_id = r.inviter_id
    AND s.settled_at >= ?3) AS settled_this_month
FROM referral AS r WHERE r.state = 'pending' AND r.qualify_at <= ?1 ORDER BY r.qualify_at, r.id
"""

_FACTS = """
WITH RECURSIVE
  inviter AS (SELECT member_id FROM invite_code WHERE code = ?2),
  line(member_id) AS (
    SELECT member_id FROM inviter
    UNION SELECT r.inviter_id FROM line JOIN referral AS r ON r.friend_id = line.member_id
  )
SELECT
  (SELECT member_id FROM inviter) AS inviter_id,
  EXISTS (SELECT 1 FROM inviter JOIN membership AS s ON s.member_id = inviter.member_id
    JOIN member AS m ON m.id = s.member_id
    WHERE s.left_at IS NULL AND m.blocked_at IS NULL) AS inviter_present,
  (SELECT joined_at FROM membership WHERE group_key = ?3 AND member_id = ?1
    AND left_at IS NULL) AS joined_at,
  (SELECT count(*) FROM membership WHERE member_id = ?1) AS stays,
  EXISTS (SELECT 1 FROM line WHERE member_id = ?1) AS in_own_line,
  (SELECT count(*) FROM referral WHERE code = ?2 AND entered_at > ?4) AS last_minute,
  (SELECT count(*) FROM referral WHERE code = ?2 AND entered_at > ?5) AS last_hour
"""


@dataclass(frozen=True, slots=True)
class SettleDue:
    """Look at everything whose waiting time is over at ``now``.

    ``day_began`` and ``month_began`` are the community's; ``day_ends`` is when caps open again.
    """

    now: datetime
    day_began: datetime
    day_ends: datetime
    month_began: datetime
    rules: Referral


@dataclass(frozen=True, slots=True)
class FriendLeft:
    """Someone left a group: what hung on his staying is taken back."""

    friend_id: MemberId
    group_key: GroupKey
    now: datetime
    clawback_days: int


def enter_codes(connection: Connection, entries: Sequence[CodeEntry]) -> list[EntryVerdict]:
    """Judge the code entries in order of arrival and keep those that count."""
    return [_enter_code(connection, entry) for entry in entries]


def _enter_code(connection: Connection, entry: CodeEntry) -> EntryVerdict:
    facts = _load_facts(connection, entry)
    verdict = judge_entry(entry, facts)
    if isinstance(verdict, Accepted) and not facts.replayed and facts.joined_at is not None:
        connection.execute(
            "INSERT INTO referral (friend_id, inviter_id, group_key, code, event_key, state,"
            " reason, joined_at, entered_at, qualify_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.friend_id,
                verdict.inviter_id,
                entry.group_key,
                entry.code,
                entry.event_key,
                ReferralState.HELD if verdict.held else ReferralState.PENDING,
                "too many joins with one code" if verdict.held else "",
                to_micros(facts.joined_at),
                to_micros(entry.now),
                to_micros(facts.joined_at + timedelta(hours=entry.qualify_hours)),
            ),
        )
    return verdict


def _load_facts(connection: Connection, entry: CodeEntry) -> EntryFacts:
    own = connection.execute(
        "SELECT inviter_id, event_key, state FROM referral WHERE friend_id = ?", (entry.friend_id,)
    ).fetchone()
    row = connection.execute(
        _FACTS,
        (
            entry.friend_id,
            entry.code,
            entry.group_key,
            to_micros(entry.now - timedelta(minutes=1)),
            to_micros(entry.now - timedelta(hours=1)),
        ),
    ).fetchone()
    inviter_id = row["inviter_id"]
    joined_at = row["joined_at"]
    return EntryFacts(
        own_inviter_id=None if own is None else MemberId(own["inviter_id"]),
        replayed=own is not None and own["event_key"] == entry.event_key,
        held=own is not None and own["state"] == ReferralState.HELD,
        inviter_id=None if inviter_id is None else MemberId(inviter_id),
        inviter_present=bool(row["inviter_present"]),
        joined_at=None if joined_at is None else from_micros(joined_at),
        stays=row["stays"],
        ancestors=frozenset({entry.friend_id}) if row["in_own_line"] else frozenset(),
        entries_last_minute=row["last_minute"],
        entries_last_hour=row["last_hour"],
    )


def settle_due(connection: Connection, items: Sequence[SettleDue]) -> list[int]:
    """Settle, put off or reject what is due, points and state together; how many were settled."""
    return [_settle_all(connection, item) for item in items]


def _settle_all(connection: Connection, item: SettleDue) -> int:
    _end_unreviewed(connection, item.now)
    times = (to_micros(item.now), to_micros(item.day_began), to_micros(item.month_began))
    paid: Counter[MemberId] = Counter()
    for row in connection.execute(_DUE, times).fetchall():
        due = _due(row, paid)
        ending = judge_due(
            due,
            now=item.now,
            most_a_day=item.rules.most_a_day,
            most_a_month=item.rules.most_a_month,
        )
        match ending:
            case Ending.WAIT:
                continue
            case Ending.POSTPONE:
                _postpone(connection, due, item.day_ends)
            case Ending.REJECT:
                _end(
                    connection,
                    due.referral_id,
                    ReferralState.REJECTED,
                    reason="inactive",
                    news=News.INACTIVE,
                    now=item.now,
                )
            case Ending.SETTLE:
                _pay(connection, item, due)
                paid[due.inviter_id] += 1
    return paid.total()


def _due(row: Row, paid: Counter[MemberId]) -> Due:
    inviter_id = MemberId(row["inviter_id"])
    return Due(
        referral_id=row["id"],
        friend_id=MemberId(row["friend_id"]),
        inviter_id=inviter_id,
        entered_at=from_micros(row["entered_at"]),
        friend_acted=bool(row["friend_acted"]),
        inviter_settled_today=row["settled_today"] + paid[inviter_id],
        inviter_settled_this_month=row["settled_this_month"] + paid[inviter_id],
    )


def _end_unreviewed(connection: Connection, now: datetime) -> None:
    """What was held for a person and never released is not paid, and both are told."""
    held = connection.execute(
        "SELECT id FROM referral WHERE state = 'held' AND entered_at <= ?",
        (to_micros(now - timedelta(hours=HELD_HOURS)),),
    )
    for row in held.fetchall():
        _end(
            connection,
            row["id"],
            ReferralState.REJECTED,
            reason="nobody reviewed it in time",
            news=News.UNREVIEWED,
            now=now,
        )


def _postpone(connection: Connection, due: Due, until: datetime) -> None:
    """Look again at ``until``; the inviter is told the first time."""
    connection.execute(
        "UPDATE referral SET qualify_at = ?, reason = 'capped',"
        " news = CASE WHEN reason = 'capped' THEN news ELSE 'capped' END WHERE id = ?",
        (to_micros(until), due.referral_id),
    )


def _pay(connection: Connection, item: SettleDue, due: Due) -> None:
    rules = item.rules
    transfers = [
        _reward(due, due.inviter_id, rules.inviter_points, Reason.REFERRAL_INVITER, item.now),
        _reward(due, due.friend_id, rules.friend_points, Reason.REFERRAL_FRIEND, item.now),
    ]
    post_all(connection, [[transfer for transfer in transfers if transfer is not None]])
    connection.execute(
        "UPDATE referral SET state = 'settled', reason = '', news = 'settled', settled_at = ?,"
        " inviter_points = ?, friend_points = ? WHERE id = ?",
        (to_micros(item.now), rules.inviter_points, rules.friend_points, due.referral_id),
    )


def _reward(
    due: Due, member_id: MemberId, points: int, reason: Reason, now: datetime
) -> Transfer | None:
    if points == 0:
        return None
    return Transfer(
        key=_transfer_key(due.referral_id, reason),
        debit=AccountRef.issuance(),
        credit=AccountRef.member(member_id),
        amount=points,
        reason=reason,
        reference=f"referral/{due.referral_id}",
        actor=_ACTOR,
        at=now,
    )


def _transfer_key(referral_id: int, reason: Reason) -> str:
    return f"referral/{referral_id}/{reason}"


def friends_left(connection: Connection, items: Sequence[FriendLeft]) -> list[bool]:
    """Take back what hung on those who left; False for those with nothing to take back.

    Who is in the group has not left, whatever a late report says.
    """
    return [_friend_left(connection, item) for item in items]


def _friend_left(connection: Connection, item: FriendLeft) -> bool:
    row = connection.execute(
        "SELECT * FROM referral AS r WHERE friend_id = ? AND group_key = ?"
        " AND (state IN ('pending', 'held') OR state = 'settled' AND settled_at > ?)"
        " AND NOT EXISTS (SELECT 1 FROM membership AS s WHERE s.group_key = r.group_key"
        " AND s.member_id = r.friend_id AND s.left_at IS NULL)",
        (
            item.friend_id,
            item.group_key,
            to_micros(item.now - timedelta(days=item.clawback_days)),
        ),
    ).fetchone()
    if row is None:
        return False
    settled = row["state"] == ReferralState.SETTLED
    if settled:
        _claw_back(connection, row, item.now)
    reason = "left after the payment" if settled else "left early"
    _end(
        connection,
        row["id"],
        ReferralState.REVERSED,
        reason=reason,
        news=News.REVERSED,
        now=item.now,
    )
    return True


def _claw_back(connection: Connection, row: Row, now: datetime) -> None:
    sides = (
        (row["inviter_id"], row["inviter_points"], Reason.REFERRAL_INVITER),
        (row["friend_id"], row["friend_points"], Reason.REFERRAL_FRIEND),
    )
    transfers = [
        Transfer(
            key=f"{_transfer_key(row['id'], reward)}/clawback",
            debit=AccountRef.member(MemberId(member_id)),
            credit=AccountRef.issuance(),
            amount=points,
            reason=Reason.REFERRAL_CLAWBACK,
            reference=f"referral/{row['id']}",
            actor=_ACTOR,
            at=now,
            reverses=_transfer_key(row["id"], reward),
        )
        for member_id, points, reward in sides
        if points > 0
    ]
    post_all(connection, [transfers])


def _end(
    connection: Connection,
    referral_id: int,
    state: ReferralState,
    *,
    reason: str,
    news: News,
    now: datetime,
) -> None:
    connection.execute(
        "UPDATE referral SET state = ?, reason = ?, news = ?, ended_at = ? WHERE id = ?",
        (state, reason, news, to_micros(now), referral_id),
    )
