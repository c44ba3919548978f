"""Proves the books: everything that must be true is looked up, in one state of the database.

The audit knows the tables, not the code that fills them, so a mistake of that code is found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.rewards.audit.boards import BOARDS
from bot.rewards.audit.books import BOOKS
from bot.rewards.audit.campaigns import CAMPAIGNS
from bot.rewards.audit.causes import CAUSES
from bot.rewards.audit.checkins import CHECKINS
from bot.rewards.audit.checks import AnyCheck, Check, RowCheck, Span
from bot.rewards.audit.earning import EARNING
from bot.rewards.audit.lottery import LOTTERY
from bot.rewards.audit.packets import PACKETS
from bot.rewards.audit.payout import PAYOUT
from bot.rewards.audit.redemption import REDEMPTION
from bot.rewards.audit.referrals import REFERRALS
from bot.rewards.audit.submissions import SUBMISSIONS
from bot.store.connection import Connection, Row

CHECKS: tuple[AnyCheck, ...] = (
    *BOOKS,
    *PACKETS,
    *LOTTERY,
    *CHECKINS,
    *EARNING,
    *REFERRALS,
    *SUBMISSIONS,
    *REDEMPTION,
    *PAYOUT,
    *BOARDS,
    *CAMPAIGNS,
    *CAUSES,
)

SHOWN = 20
"""Most exceptions of one check that a report shows."""

ENTRIES_SHOWN = 5
"""Last entries of an account that a report shows."""

PAGE = 5_000
"""Transfers that are read at a time: PostgreSQL would send all of them at once."""

_ENTRIES = """
SELECT entry.id, entry.amount, entry.balance_after, coalesce(account.kind, 'unknown') AS kind,
    coalesce(account.holder, 'unknown') AS holder, coalesce(transfer.key, 'unknown') AS key,
    coalesce(transfer.reason, 'unknown') AS reason,
    coalesce(transfer.reference, 'unknown') AS reference
FROM entry
LEFT JOIN account ON account.id = entry.account_id
LEFT JOIN transfer ON transfer.id = entry.transfer_id
"""

_LAST = """
SELECT (SELECT coalesce(max(id), 0) FROM transfer) AS transfer_id,
    (SELECT coalesce(max(id), 0) FROM entry) AS entry_id
"""

Exception_ = tuple[str, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the books were when they were looked at: the last transfer and entry."""

    transfer_id: int = 0
    entry_id: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that was found true of ``count`` things."""

    name: str
    sentence: str
    count: int


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that is not true.

    ``found`` says of what (at most 20, in sentences), ``entries`` are the lines of the books
    behind it.
    """

    name: str
    sentence: str
    found: tuple[str, ...]
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The books are right up to ``mark`` when nothing is ``broken``."""

    facts: tuple[Fact, ...]
    broken: tuple[Broken, ...]
    mark: Mark


def audit(connection: Connection, since: Mark | None = None) -> AuditReport:
    """Check every rule of the books in one snapshot of the database. Writes nothing.

    Since a mark that was found right, only what was written later is read where that suffices; a
    change to old entries by somebody else's hand is seen by an audit of everything only.
    A transaction that is open on ``connection`` is looked at from inside.
    """
    since = since or Mark()
    if connection.in_transaction:
        return _run(connection, since)
    connection.begin()
    try:
        return _run(connection, since)
    finally:
        connection.rollback()


def _run(connection: Connection, since: Mark) -> AuditReport:
    facts: list[Fact] = []
    broken: list[Broken] = []
    transfer_id, entry_id = connection.execute(_LAST).fetchone()
    for check in CHECKS:
        match check:
            case Check():
                exceptions = _look_up(connection, check, since)
                count = 0 if exceptions else _count(connection, check, since)
            case RowCheck():
                exceptions, count = _read(connection, check, since)
        if exceptions:
            broken.append(_describe(connection, check, exceptions))
        else:
            facts.append(Fact(check.name, check.sentence, count))
    return AuditReport(tuple(facts), tuple(broken), Mark(transfer_id, entry_id))


def _look_up(connection: Connection, check: Check, since: Mark) -> list[Exception_]:
    rows = connection.execute(check.exceptions, _parameters(check, since))
    return [(row[0], row[1], row[2]) for row in islice(rows, SHOWN)]


def _count(connection: Connection, check: Check, since: Mark) -> int:
    taken = _parameters(check, since) if "?" in check.counted else ()
    (count,) = connection.execute(check.counted, taken).fetchone()
    return int(count)


def _read(connection: Connection, check: RowCheck, since: Mark) -> tuple[list[Exception_], int]:
    exceptions: list[Exception_] = []
    count = 0
    for row in _rows(connection, check, since):
        count += 1
        what = check.wrong(row)
        if what is not None:
            exceptions.append((what, row["transfer_id"], row["account_id"]))
            if len(exceptions) == SHOWN:
                break
    return exceptions, count


def _rows(connection: Connection, check: RowCheck, since: Mark) -> Iterator[Row]:
    if check.span is Span.ALL:
        yield from connection.execute(check.rows)
        return
    (last,) = _parameters(check, since)
    while page := connection.execute(check.rows, (last, PAGE)).fetchall():
        yield from page
        last = page[-1]["transfer_id"]


def _parameters(check: AnyCheck, since: Mark) -> tuple[int, ...]:
    match check.span:
        case Span.ALL:
            return ()
        case Span.TRANSFERS:
            return (since.transfer_id,)
        case Span.ENTRIES:
            return (since.entry_id,)


def _describe(connection: Connection, check: AnyCheck, exceptions: Iterable[Exception_]) -> Broken:
    found = tuple(exceptions)
    entries: dict[str, None] = {}  # keeps the order, drops repetitions
    for _, transfer_id, account_id in found:
        entries |= dict.fromkeys(_entries_behind(connection, transfer_id, account_id))
    return Broken(check.name, check.sentence, tuple(what for what, _, _ in found), tuple(entries))


def _entries_behind(
    connection: Connection, transfer_id: int | None, account_id: int | None
) -> Iterator[str]:
    if transfer_id is not None:
        where, number = "WHERE entry.transfer_id = ? ORDER BY entry.id", transfer_id
    elif account_id is not None:
        where, number = "WHERE entry.account_id = ? ORDER BY entry.id DESC", account_id
    else:
        return
    for row in connection.execute(f"{_ENTRIES} {where} LIMIT {ENTRIES_SHOWN}", (number,)):
        yield _line(row)


def _line(row: Row) -> str:
    number, amount, after, kind, holder, key, reason, reference = tuple(row)
    whose = f"{kind}/{holder}" if holder else kind
    return f"entry {number}: {whose} {amount:+} -> {after} ({reason}, {key}, for {reference})"
