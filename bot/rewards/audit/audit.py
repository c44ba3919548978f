"""Proves the books: everything that must be true is looked up, in one state of the database.

The audit knows the tables, not the code that fills them, so a mistake of that code is found.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.money import Currency
from bot.rewards.audit.causes import CAUSES, CHECKINS, PACKETS, REFERRALS
from bot.rewards.audit.checks import BOOKS, Check
from bot.rewards.ledger.transfers import ROADS, AccountKind, AccountRef, Reason, digest_of
from bot.rewards.packets.split import commit

CHECKS = (*BOOKS, *PACKETS, *CHECKINS, *REFERRALS, *CAUSES)

SHOWN = 20
"""Most exceptions of one check that a report shows."""

ENTRIES_SHOWN = 5
"""Last entries of an account that a report shows."""

_ENTRIES = """
SELECT entry.id, entry.amount, entry.balance_after, coalesce(account.kind, '?') AS kind,
    coalesce(account.holder, '?') AS holder, coalesce(transfer.key, '?') AS key,
    coalesce(transfer.reason, '?') AS reason, coalesce(transfer.reference, '?') AS reference
FROM entry
LEFT JOIN account ON account.id = entry.account_id
LEFT JOIN transfer ON transfer.id = entry.transfer_id
"""


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
    """The books are right when nothing is ``broken``."""

    facts: tuple[Fact, ...]
    broken: tuple[Broken, ...]


def audit(connection: sqlite3.Connection) -> AuditReport:
    """Check every rule of the books in one snapshot of the database. Writes nothing.

    A transaction that is open on ``connection`` is looked at from inside. Raises sqlite3.Error
    when the database cannot be read.
    """
    _provide_functions(connection)
    if connection.in_transaction:
        return _run(connection, CHECKS)
    connection.execute("BEGIN")
    try:
        return _run(connection, CHECKS)
    finally:
        connection.execute("ROLLBACK")


def _run(connection: sqlite3.Connection, checks: Iterable[Check]) -> AuditReport:
    facts: list[Fact] = []
    broken: list[Broken] = []
    for check in checks:
        exceptions = connection.execute(check.exceptions).fetchmany(SHOWN)
        if exceptions:
            broken.append(_describe(connection, check, [tuple(row) for row in exceptions]))
        else:
            (count,) = connection.execute(check.counted).fetchone()
            facts.append(Fact(check.name, check.sentence, count))
    return AuditReport(tuple(facts), tuple(broken))


def _describe(
    connection: sqlite3.Connection,
    check: Check,
    exceptions: list[tuple[str, int | None, int | None]],
) -> Broken:
    entries: dict[str, None] = {}  # keeps the order, drops repetitions
    for _, transfer_id, account_id in exceptions:
        if transfer_id is not None:
            where, number = "WHERE entry.transfer_id = ? ORDER BY entry.id", transfer_id
        elif account_id is not None:
            where, number = "WHERE entry.account_id = ? ORDER BY entry.id DESC", account_id
        else:
            continue
        rows = connection.execute(f"{_ENTRIES} {where} LIMIT {ENTRIES_SHOWN}", (number,))
        entries |= dict.fromkeys(_line(row) for row in rows)
    return Broken(
        check.name, check.sentence, tuple(what for what, _, _ in exceptions), tuple(entries)
    )


def _line(row: sqlite3.Row) -> str:
    number, amount, after, kind, holder, key, reason, reference = tuple(row)
    whose = f"{kind}/{holder}" if holder else kind
    return f"entry {number}: {whose} {amount:+} -> {after} ({reason}, {key}, for {reference})"


def _provide_functions(connection: sqlite3.Connection) -> None:
    for name, arity, function in (
        ("digest_of_row", 10, _digest_of_row),
        ("may_travel", 3, _may_travel),
        ("proof_of", 2, _proof_of),
    ):
        connection.create_function(name, arity, function, deterministic=True)


def _may_travel(reason: str, giver: str, taker: str) -> bool:
    return reason in set(Reason) and (giver, taker) in ROADS[Reason(reason)]


def _proof_of(shares: str, salt: str) -> str:
    try:
        return commit(json.loads(shares), salt)
    except (ValueError, TypeError):
        return ""


def _digest_of_row(  # one argument a column: SQL calls it
    currency: str,
    giver_kind: str,
    giver: str,
    taker_kind: str,
    taker: str,
    amount: int,
    reason: str,
    reference: str,
    actor: str,
    reverses: str | None,
) -> str:
    try:
        debit = AccountRef(Currency(currency), AccountKind(giver_kind), giver)
        credit = AccountRef(Currency(currency), AccountKind(taker_kind), taker)
    except ValueError:
        return ""
    return digest_of(
        debit,
        credit,
        amount=amount,
        reason=reason,
        reference=reference,
        actor=actor,
        reverses=reverses,
    )
