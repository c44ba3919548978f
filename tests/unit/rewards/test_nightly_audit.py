"""The audit of the night: once, at its hour, of what is new; on Sundays of everything."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from bot.rewards.audit.audit import Mark
from bot.rewards.audit.nightly import AuditRun, NightlyAudit, read_mark
from bot.rewards.ledger.ledger import Ledger
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.sql import Dialect
from tests.support.stores import look_into, open_store, read_value
from tests.unit.rewards.support import DAY, SHANGHAI, add_members, gift, member
from tests.unit.rewards.tampering.mutant import alter, take_the_guards_away

MONDAY = datetime(2026, 11, 23, 4, 30, tzinfo=SHANGHAI)
SUNDAY = MONDAY - DAY
MINUTE = timedelta(minutes=1)


class Night:
    """The audit of a store, and hands that write into its books."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.audit = NightlyAudit(store)

    async def begin(self) -> None:
        """Ten members with a gift each, one after the other."""
        await self.store.lane("people", _add_members).submit(10)
        for number in range(1, 11):
            await self.give(f"gift-{number}", number)

    async def give(self, key: str, number: int = 1) -> None:
        await Ledger(self.store).transfer(gift(key, member(number), 5))

    async def tamper(self, *statements: str) -> None:
        await self.store.lane("somebody's hand", _tamper).submit(statements)

    async def run(self, at: datetime) -> AuditRun:
        """A run that must take place."""
        run = await self.audit.run(at, SHANGHAI)
        assert run is not None
        return run

    async def broken(self, at: datetime) -> set[str]:
        """The names of what a run finds."""
        return {broken.name for broken in (await self.run(at)).report.broken}

    @property
    def mark(self) -> Mark:
        return look_into(self.store, read_mark)


def _add_members(connection: Connection, counts: Sequence[int]) -> list[None]:
    for count in counts:
        add_members(connection, count)
    return [None] * len(counts)


def _tamper(connection: Connection, hands: Sequence[Sequence[str]]) -> list[None]:
    take_the_guards_away(connection)
    for statements in hands:
        for statement in statements:
            connection.execute(statement)
    return [None] * len(hands)


def seen(run: AuditRun, name: str) -> int:
    """How many things a check looked at."""
    (count,) = [fact.count for fact in run.report.facts if fact.name == name]
    return count


@pytest.fixture
async def night(store: Store) -> Night:
    night = Night(store)
    await night.begin()
    return night


async def test_it_is_due_once_a_night_at_half_past_four_local_time(night: Night) -> None:
    evening = MONDAY - timedelta(hours=1)
    assert await night.audit.due_at(evening, SHANGHAI) == MONDAY
    assert await night.audit.run(MONDAY - MINUTE, SHANGHAI) is None
    assert await night.audit.run(MONDAY, SHANGHAI) is not None
    assert await night.audit.due_at(MONDAY + MINUTE, SHANGHAI) == MONDAY + DAY
    assert await night.audit.run(MONDAY + MINUTE, SHANGHAI) is None
    assert await night.audit.run(MONDAY + DAY, SHANGHAI) is not None


async def test_a_program_that_slept_through_the_night_audits_when_it_is_up(night: Night) -> None:
    run = await night.run(MONDAY + timedelta(hours=7))
    assert run.on_date == date(2026, 11, 23)


async def test_the_day_is_the_communitys_and_not_the_servers(night: Night) -> None:
    run = await night.run(MONDAY.astimezone(UTC))  # where it is still Sunday
    assert run.on_date == date(2026, 11, 23)
    assert not run.whole


async def test_it_goes_on_from_the_transfer_up_to_which_the_books_were_right(
    night: Night,
) -> None:
    assert seen(await night.run(MONDAY), "named") == 10
    await night.give("later")
    run = await night.run(MONDAY + DAY)
    assert seen(run, "named") == 1
    assert run.report.mark == night.mark == Mark(transfer_id=11, entry_id=22)


async def test_on_sundays_everything_is_looked_at(night: Night) -> None:
    await night.run(SUNDAY - DAY)
    run = await night.run(SUNDAY)
    assert run.whole
    assert seen(run, "named") == 10


async def test_what_is_new_and_wrong_is_found(night: Night) -> None:
    await night.run(MONDAY)
    await night.give("later")
    await night.tamper(alter("later", "actor = 'another'"))
    assert await night.broken(MONDAY + DAY) == {"input_hash"}


async def test_a_new_entry_of_an_old_transfer_is_found(night: Night) -> None:
    await night.run(MONDAY)
    await night.tamper(
        "INSERT INTO entry (id, transfer_id, account_id, lot, amount, balance_after, previous_id)"
        " SELECT 900, 1, id, '2030-01-01', 5, balance + 5, last_entry_id FROM account"
        " WHERE holder = '1'",
        "UPDATE account SET balance = balance + 5, last_entry_id = 900 WHERE holder = '1'",
        "INSERT INTO lot SELECT id, '2030-01-01', 5 FROM account WHERE holder = '1'",
    )
    assert await night.broken(MONDAY + DAY) == {"two_sides", "zero_sum"}


async def test_a_new_entry_that_follows_no_old_one_is_found(night: Night) -> None:
    await night.run(MONDAY)
    await night.give("later")
    await night.tamper("UPDATE entry SET previous_id = NULL WHERE transfer_id = 11")
    assert {"balance_chain", "balance_is_sum"} <= await night.broken(MONDAY + DAY)


async def test_a_new_entry_that_follows_one_of_another_account_is_found(night: Night) -> None:
    await night.run(MONDAY)
    await night.give("later")
    await night.tamper("UPDATE entry SET previous_id = id - 1 WHERE transfer_id = 11")
    assert "entry_chain" in await night.broken(MONDAY + DAY)


async def test_an_account_that_forgets_its_last_entry_is_found_in_the_same_night(
    night: Night,
) -> None:
    await night.run(MONDAY)
    await night.tamper("UPDATE account SET last_entry_id = last_entry_id - 1 WHERE holder = '1'")
    assert "last_entry" in await night.broken(MONDAY + DAY)


async def test_a_new_transfer_without_entries_is_found(night: Night) -> None:
    await night.run(MONDAY)
    await night.give("later")
    await night.tamper("DELETE FROM entry WHERE transfer_id = 11")
    assert "two_sides" in await night.broken(MONDAY + DAY)


async def test_an_old_row_that_was_changed_is_found_on_sunday_and_not_before(
    night: Night,
) -> None:
    await night.run(MONDAY)
    await night.tamper(alter("gift-1", "actor = 'another'"))
    await night.give("later")
    assert await night.broken(MONDAY + DAY) == set()
    assert await night.broken(SUNDAY + 7 * DAY) == {"input_hash"}


async def test_a_balance_that_was_changed_is_found_in_the_same_night(night: Night) -> None:
    await night.run(MONDAY)
    await night.tamper("UPDATE account SET balance = balance + 1 WHERE holder = '1'")
    assert "balance_is_last" in await night.broken(MONDAY + DAY)


async def test_books_that_are_wrong_are_looked_at_again_from_where_they_were_right(
    night: Night,
) -> None:
    await night.run(MONDAY)
    right = night.mark
    await night.give("later")
    await night.tamper(alter("later", "actor = 'another'"))
    await night.broken(MONDAY + DAY)
    assert night.mark == right
    assert await night.broken(MONDAY + 2 * DAY) == {"input_hash"}
    assert await read_value(night.store, "SELECT count(*) FROM audit_run WHERE broken = 1") == 2


async def test_two_processes_that_audit_at_once_keep_one_run(
    engine: Dialect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del engine
    async with open_store(tmp_path) as one, open_store(tmp_path) as other:
        quick, slow = Night(one), Night(other)
        await quick.begin()
        due = await slow.audit.due_at(MONDAY, SHANGHAI)

        async def looked_before(_now: datetime, _zone: tzinfo) -> datetime:
            return due

        await quick.run(MONDAY)
        with monkeypatch.context() as patch:
            patch.setattr(slow.audit, "due_at", looked_before)
            await slow.run(MONDAY + MINUTE)
        assert await read_value(other, "SELECT count(*) FROM audit_run") == 1
        assert await slow.audit.run(MONDAY + MINUTE, SHANGHAI) is None
