"""Claims of red packets, in one process with durable commits, beside what the machine allows.

Three ways take turns on the same database, round after round:

* ``raw``: hand-written set-based statements with group commit, fed by the same callers, that leave
  the same facts in tables of the same shape: claim, packet, transfer, two entries, two balances,
  lot. No rules, no types, no keys of requests, no hashes.
* ``yutang``: ``Packets.claim`` as a handler calls it, on one packet and on 100 packets.
* ``orm``: the ordinary way, one Tortoise transaction a claim, in the raw way's tables, without
  transfer and lot.

1,000 members claim at the same time, each again and again; a claim's time is from the call to the
durable answer.

    python -m benchmarks.claims [--engine sqlite|postgres|both] [--rounds 5] [--claims 20000]
                                [--entries 10000000]

``--entries`` writes so many ledger entries after that and measures all ways once more. The raw and
the ordinary way have no past; they tell whether the machine is still the same.
"""

import argparse
import asyncio
import gc
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.models import Model

from bot.core.ids import EventKey, GroupKey, MemberId, PacketId
from bot.core.memory import settle_memory
from bot.rewards.audit.audit import audit
from bot.rewards.packets.gate import PacketKind, Terms
from bot.rewards.packets.packet import Claimed, OpenedPacket
from bot.rewards.packets.packets import Packets
from bot.settings.schema.rewards import RewardsFile
from bot.store.connection import Connection
from bot.store.db import Store
from bot.store.lane import Lane
from bot.store.sql import over
from bot.tables import MODELS
from tests.support.postgres import run_postgres

MEMBERS = 20_000
CALLERS = 1_000
ORM_CALLERS = 16
"""More callers do not make the ordinary way faster: they queue for the database."""

GROUP = GroupKey("bench")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
CHUNK = 10_000

PACKET_ACCOUNTS = 1_000_000
"""The raw way's account of a packet is its id and this; a member's is his id."""

RAW_TABLES = """
CREATE TABLE raw_packet (id BIGINT PRIMARY KEY, claimed_count BIGINT NOT NULL,
    claimed_points BIGINT NOT NULL);
CREATE TABLE raw_share (packet_id BIGINT NOT NULL, position BIGINT NOT NULL, amount BIGINT NOT NULL,
    PRIMARY KEY (packet_id, position));
CREATE TABLE raw_claim (packet_id BIGINT NOT NULL, member_id BIGINT NOT NULL,
    position BIGINT NOT NULL, amount BIGINT NOT NULL, event_key TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL, PRIMARY KEY (packet_id, member_id), UNIQUE (packet_id, position));
CREATE TABLE raw_account (id BIGINT PRIMARY KEY, kind TEXT NOT NULL, holder TEXT NOT NULL,
    balance BIGINT NOT NULL CHECK (balance >= 0), last_entry_id BIGINT, UNIQUE (kind, holder));
CREATE TABLE raw_transfer (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE,
    input_hash TEXT NOT NULL, debit_account_id BIGINT NOT NULL, credit_account_id BIGINT NOT NULL,
    amount BIGINT NOT NULL, reason TEXT NOT NULL, reference TEXT NOT NULL, actor TEXT NOT NULL,
    at BIGINT NOT NULL);
CREATE TABLE raw_entry (id INTEGER PRIMARY KEY, transfer_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL, lot TEXT NOT NULL, amount BIGINT NOT NULL,
    balance_after BIGINT NOT NULL, previous_id BIGINT, UNIQUE (transfer_id, account_id, lot));
CREATE TABLE raw_lot (account_id BIGINT NOT NULL, expires_on TEXT NOT NULL,
    points BIGINT NOT NULL CHECK (points >= 0), PRIMARY KEY (account_id, expires_on));
CREATE INDEX raw_transfer_at ON raw_transfer (at)
"""

RAW_KNOWN = over(
    "packet_id int, member_id int",
    "SELECT number FROM rows CROSS JOIN raw_claim ON raw_claim.packet_id = rows.packet_id"
    " AND raw_claim.member_id = rows.member_id",
)
RAW_TAKEN = over(
    "id int",
    "SELECT raw_packet.id, raw_packet.claimed_count FROM rows"
    " CROSS JOIN raw_packet ON raw_packet.id = rows.id",
)
RAW_SHARES = over(
    "packet_id int, position int",
    "SELECT raw_share.amount FROM rows CROSS JOIN raw_share"
    " ON raw_share.packet_id = rows.packet_id AND raw_share.position = rows.position"
    " ORDER BY number",
)
RAW_BALANCES = over(
    "id int",
    "SELECT raw_account.id, raw_account.balance, raw_account.last_entry_id FROM rows"
    " CROSS JOIN raw_account ON raw_account.id = rows.id",
)
RAW_LAST_IDS = """
SELECT (SELECT coalesce(max(id), 0) FROM raw_transfer), (SELECT coalesce(max(id), 0) FROM raw_entry)
"""
RAW_CLAIM = over(
    "packet_id int, member_id int, position int, amount int, event_key text, at int",
    "INSERT INTO raw_claim SELECT packet_id, member_id, position, amount, event_key, at FROM rows",
)
RAW_TRANSFER = over(
    "id int, key text, giver int, taker int, amount int, reference text, actor text, at int",
    "INSERT INTO raw_transfer SELECT id, key, 'no hash', giver, taker, amount, 'packet_claim',"
    " reference, actor, at FROM rows",
)
RAW_ENTRY = over(
    "id int, transfer_id int, account_id int, lot text, amount int, balance int, previous_id int",
    "INSERT INTO raw_entry (id, transfer_id, account_id, lot, amount, balance_after, previous_id)"
    " SELECT id, transfer_id, account_id, lot, amount, balance, previous_id FROM rows",
)
RAW_BALANCE = over(
    "id int, balance int, last_entry_id int",
    "UPDATE raw_account SET balance = rows.balance, last_entry_id = rows.last_entry_id FROM rows"
    " WHERE raw_account.id = rows.id",
)
RAW_LOT = over(
    "account_id int, points int",
    "INSERT INTO raw_lot SELECT account_id, '2027-11-30', points FROM rows WHERE true"
    " ON CONFLICT (account_id, expires_on) DO UPDATE SET points = raw_lot.points + excluded.points",
)
RAW_PACKET = over(
    "id int, count int, points int",
    "UPDATE raw_packet SET claimed_count = claimed_count + rows.count,"
    " claimed_points = claimed_points + rows.points FROM rows WHERE raw_packet.id = rows.id",
)


class RawPacket(Model):
    """The ordinary way's packet."""

    id = fields.BigIntField(primary_key=True)
    claimed_count = fields.BigIntField()
    claimed_points = fields.BigIntField()

    class Meta:
        table = "raw_packet"


class RawClaim(Model):
    """The ordinary way's claim."""

    event_key = fields.CharField(max_length=80, primary_key=True)
    packet_id = fields.BigIntField()
    member_id = fields.BigIntField()
    position = fields.BigIntField()
    amount = fields.BigIntField()
    at = fields.BigIntField()

    class Meta:
        table = "raw_claim"


class RawEntry(Model):
    """The ordinary way's ledger entry."""

    id = fields.BigIntField(primary_key=True)
    transfer_id = fields.BigIntField()
    account_id = fields.BigIntField()
    lot = fields.TextField()
    amount = fields.BigIntField()
    balance_after = fields.BigIntField()

    class Meta:
        table = "raw_entry"


class RawAccount(Model):
    """The ordinary way's balance."""

    id = fields.BigIntField(primary_key=True)
    balance = fields.BigIntField()

    class Meta:
        table = "raw_account"


@dataclass(frozen=True, slots=True)
class Run:
    """Claims a second, and the 50th and 99th percentile of one claim in milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass(slots=True)
class Bench:
    """One database with everything that claims on it. ``last`` numbers the packets of a way."""

    store: Store
    packets: Packets
    raw: Lane[tuple[int, int], int]
    rules: RewardsFile
    last_raw: int = 0
    last_key: int = 0

    async def raw_packets(self, count: int, shares: int) -> list[int]:
        """Fresh packets for the raw and the ordinary way."""
        ids = list(range(self.last_raw + 1, self.last_raw + count + 1))
        self.last_raw += count

        share = over(
            "packet_id int, position int, amount int",
            "INSERT INTO raw_share SELECT packet_id, position, amount FROM rows",
        )

        def write(connection: Connection, _: Sequence[None]) -> list[None]:
            for packet_id in ids:
                connection.execute("INSERT INTO raw_packet VALUES (?, 0, 0)", (packet_id,))
                connection.execute(
                    "INSERT INTO raw_account VALUES (?, 'packet', ?, ?, NULL)",
                    (PACKET_ACCOUNTS + packet_id, str(packet_id), shares * 3),
                )
                connection.write(share, [(packet_id, place, 3) for place in range(shares)])
            return [None]

        await self.store.lane(f"raw packets {ids[0]}", write).submit(None)
        return ids

    async def packets_of(self, count: int, shares: int) -> list[PacketId]:
        """Fresh packets of the product, each with so many shares of about three points."""
        ids = []
        for _ in range(count):
            self.last_key += 1
            opened = await self.packets.open(
                key=EventKey(f"open-{self.last_key}"),
                group_key=GROUP,
                owner_id=MemberId(1),
                terms=Terms(PacketKind.LUCKY, shares * 3, shares),
                now=NOW,
                rules=self.rules,
                zone=ZONE,
            )
            assert isinstance(opened, OpenedPacket), opened
            ids.append(opened.packet_id)
        return ids

    async def claim(self, packet_id: int, member: int) -> None:
        """One claim as a handler makes it."""
        answer = await self.packets.claim(
            packet_id=PacketId(packet_id),
            member_id=MemberId(member),
            key=EventKey(f"tap-{packet_id}-{member}"),
            now=NOW,
            joined_at=None,
            rules=self.rules,
            zone=ZONE,
        )
        assert isinstance(answer, Claimed), answer

    async def claim_raw(self, packet_id: int, member: int) -> None:
        """One claim of the raw way."""
        assert await self.raw.submit((packet_id, member))

    async def claim_orm(self, packet_id: int, member: int) -> None:
        """One claim of the ordinary way."""

        async def work() -> None:
            packet = await RawPacket.filter(id=packet_id).select_for_update().get()
            purse = await RawAccount.filter(id=PACKET_ACCOUNTS + packet_id).get()
            account = await RawAccount.filter(id=member).get()
            position = packet.claimed_count
            await RawClaim.create(
                event_key=f"orm-{packet_id}-{member}",
                packet_id=packet_id,
                member_id=member,
                position=position,
                amount=3,
                at=0,
            )
            packet.claimed_count += 1
            packet.claimed_points += 3
            await packet.save(update_fields=["claimed_count", "claimed_points"])
            for side, amount in ((purse, -3), (account, 3)):
                side.balance += amount
                await side.save(update_fields=["balance"])
                number = packet_id * MEMBERS + position
                await RawEntry.create(
                    id=2 * number + (amount > 0),
                    transfer_id=number,
                    account_id=side.id,
                    lot="orm",
                    amount=amount,
                    balance_after=side.balance,
                )

        await self.store.transaction(work)


def apply_raw(connection: Connection, claims: Sequence[tuple[int, int]]) -> list[int]:
    """A batch of the raw way: the amount of each claim, 0 for who had one already."""
    known = {row[0] for row in connection.read(RAW_KNOWN, claims)}
    fresh = [claim for number, claim in enumerate(claims) if number not in known]
    packets = {packet_id for packet_id, _ in fresh}
    taken = {row[0]: row[1] for row in connection.read(RAW_TAKEN, [(key,) for key in packets])}
    before = dict(taken)
    places = []
    for packet_id, _ in fresh:
        places.append((packet_id, taken[packet_id]))
        taken[packet_id] += 1
    amounts = [row[0] for row in connection.read(RAW_SHARES, places)]
    accounts = {PACKET_ACCOUNTS + packet_id for packet_id in packets}
    accounts |= {member for _, member in fresh}
    balances, ends = {}, {}
    for account_id, balance, end in connection.read(RAW_BALANCES, [(key,) for key in accounts]):
        balances[account_id], ends[account_id] = balance, end
    last_id, last_entry = connection.execute(RAW_LAST_IDS).fetchone()
    points = dict.fromkeys(packets, 0)
    earned = dict.fromkeys((member for _, member in fresh), 0)
    written, transfers, entries = [], [], []
    for (packet_id, member), (_, place), amount in zip(fresh, places, amounts, strict=True):
        last_id += 1
        purse = PACKET_ACCOUNTS + packet_id
        balances[purse] -= amount
        balances[member] += amount
        points[packet_id] += amount
        earned[member] += amount
        key = f"{packet_id}/{member}"
        written.append((packet_id, member, place, amount, f"tap/{key}", 0))
        transfers.append(
            (last_id, f"claim/{key}", purse, member, amount, f"packet/{packet_id}", key, 0)
        )
        entry, last_entry = last_entry + 1, last_entry + 2
        entries.append((entry, last_id, purse, "", -amount, balances[purse], ends[purse]))
        entries.append(
            (last_entry, last_id, member, "2027-11-30", amount, balances[member], ends[member])
        )
        ends[purse], ends[member] = entry, last_entry
    connection.write(RAW_CLAIM, written)
    connection.write(RAW_TRANSFER, transfers)
    connection.write(RAW_ENTRY, entries)
    connection.write(RAW_BALANCE, [(key, balances[key], ends[key]) for key in accounts])
    connection.write(RAW_LOT, earned.items())
    connection.write(RAW_PACKET, [(key, taken[key] - before[key], points[key]) for key in packets])
    answers = iter(amounts)
    return [0 if number in known else next(answers) for number in range(len(claims))]


async def measure(
    claim: Callable[[int, int], Awaitable[None]], work: Sequence[tuple[int, int]], callers: int
) -> Run:
    """``callers`` at a time take the next piece of ``work`` until there is none left."""
    pieces = iter(work)
    times: list[float] = []

    async def call() -> None:
        for packet_id, member in pieces:
            started = time.perf_counter()
            await claim(packet_id, member)
            times.append(time.perf_counter() - started)

    gc.collect()
    started = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    seconds = time.perf_counter() - started
    times.sort()
    return Run(len(work) / seconds, *(times[int(len(times) * part)] * 1e3 for part in (0.5, 0.99)))


async def round_of(bench: Bench, claims: int) -> dict[str, Run]:
    """Each way once."""
    runs = {}
    many, each = 100, max(1, claims // 100)
    (hot_raw,) = await bench.raw_packets(1, claims)
    runs["raw, one packet"] = await measure(bench.claim_raw, one(hot_raw, claims), CALLERS)
    cold_raw = await bench.raw_packets(many, each)
    runs["raw, 100 packets"] = await measure(bench.claim_raw, spread(cold_raw, each), CALLERS)
    (hot,) = await bench.packets_of(1, claims)
    runs["yutang, one packet"] = await measure(bench.claim, one(hot, claims), CALLERS)
    cold = await bench.packets_of(many, each)
    runs["yutang, 100 packets"] = await measure(bench.claim, spread(cold, each), CALLERS)
    (hot_orm,) = await bench.raw_packets(1, claims)
    few = one(hot_orm, max(200, claims // 40))
    runs["orm, one packet"] = await measure(bench.claim_orm, few, ORM_CALLERS)
    return runs


def one(packet_id: int, claims: int) -> list[tuple[int, int]]:
    """Every member on the same packet."""
    return [(packet_id, member) for member in range(1, claims + 1)]


def spread(packet_ids: Sequence[int], each: int) -> list[tuple[int, int]]:
    """The same number of members on each packet, all packets at the same time."""
    count = len(packet_ids)
    return [
        (packet_id, 1 + (place * count + number) % MEMBERS)
        for place in range(each)
        for number, packet_id in enumerate(packet_ids)
    ]


@asynccontextmanager
async def open_bench(folder: Path, database: str) -> AsyncIterator[Bench]:
    """A database with members and the raw tables."""
    store = Store(folder, [*MODELS, __name__], database)
    await store.open()

    def prepare(connection: Connection, _: Sequence[None]) -> list[None]:
        for statement in RAW_TABLES.split(";"):
            connection.execute(statement.replace("INTEGER PRIMARY KEY", _identity(connection)))
        for first in range(1, MEMBERS + 1, CHUNK):
            members = range(first, first + CHUNK)
            connection.write(
                over("id int", "INSERT INTO member (id, created_at) SELECT id, 0 FROM rows"),
                [(number,) for number in members],
            )
            connection.write(
                over(
                    "id int, holder text",
                    "INSERT INTO raw_account SELECT id, 'member', holder, 0, NULL FROM rows",
                ),
                [(number, str(number)) for number in members],
            )
        return [None]

    await store.lane("prepare", prepare).submit(None)
    raw = store.lane("raw claims", apply_raw)
    try:
        yield Bench(store, Packets(store, random.Random(1)), raw, generous_rules())
    finally:
        await store.close()


def _identity(connection: Connection) -> str:
    if connection.dialect == "sqlite":
        return "INTEGER PRIMARY KEY"
    return "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"


def generous_rules() -> RewardsFile:
    """The default rules with room for packets of 20,000 shares: limits are checked, not met."""
    rules = RewardsFile()
    room = {
        name: 10**9
        for name in type(rules.packets).model_fields
        if name.startswith(("most_", "pool_points"))
        and isinstance(getattr(rules.packets, name), int)
    }
    return rules.model_copy(update={"packets": rules.packets.model_copy(update=room)})


async def fill(bench: Bench, entries: int) -> None:
    """Write a ledger's past: transfers between the issuance and members, two entries each."""
    transfer = over(
        "id int, key text, giver int, taker int",
        "INSERT INTO transfer (id, key, input_hash, debit_account_id, credit_account_id, amount,"
        " reason, reference, actor, at) SELECT id, key, 'past', giver, taker, 1, 'adjustment',"
        " 'past', 'past', 0 FROM rows",
    )
    entry = over(
        "id int, transfer_id int, account_id int, lot text, amount int, previous_id int",
        "INSERT INTO entry (id, transfer_id, account_id, lot, amount, balance_after, previous_id)"
        " SELECT id, transfer_id, account_id, lot, amount, 0, previous_id FROM rows",
    )
    end = over(
        "id int, last_entry_id int",
        "UPDATE account SET last_entry_id = rows.last_entry_id FROM rows"
        " WHERE account.id = rows.id",
    )

    def write(connection: Connection, firsts: Sequence[int]) -> list[None]:
        issuance, members, ends = _accounts(connection)
        (last_id,) = connection.execute("SELECT max(id) FROM entry").fetchone()
        for first in firsts:
            ids = range(first, first + CHUNK)
            takers = [members[number % len(members)] for number in ids]
            connection.write(
                transfer,
                [
                    (number, f"past/{number}", issuance, taker)
                    for number, taker in zip(ids, takers, strict=True)
                ],
            )
            entries: list[tuple[int | str, ...]] = []
            for number, taker in zip(ids, takers, strict=True):
                for account_id, lot, amount in ((issuance, "", -1), (taker, "9999-12-31", 1)):
                    last_id += 1
                    entries.append((last_id, number, account_id, lot, amount, ends[account_id]))
                    ends[account_id] = last_id
            connection.write(entry, entries)
        connection.write(end, ends.items())
        return [None] * len(firsts)

    lane = bench.store.lane("past", write)
    (row,) = await bench.store.read("SELECT coalesce(max(id), 0) AS id FROM transfer")
    start = int(row["id"]) + 1
    steps = range(start, start + entries // 2, CHUNK)
    for number, first in enumerate(steps):
        await lane.submit(first)
        if number % 50 == 0:
            print(f"  writing the past: {number * 100 // len(steps):3d} %", end="\r", flush=True)


def _accounts(connection: Connection) -> tuple[int, list[int], dict[int, int]]:
    """The issuance, the members, and the last entry of each of them."""
    (issuance,) = connection.execute(
        "SELECT id FROM account WHERE kind = 'issuance' AND currency = 'points'"
    ).fetchone()
    members = connection.execute(
        "SELECT id FROM account WHERE kind = 'member' ORDER BY id"
    ).fetchall()
    ends = connection.execute(
        "SELECT id, last_entry_id FROM account WHERE kind IN ('issuance', 'member')"
    ).fetchall()
    return issuance, [row[0] for row in members], {row[0]: row[1] for row in ends}


async def compare(engine: str, database: str, arguments: argparse.Namespace) -> None:
    """All rounds on one engine, then the books are proved."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        async with open_bench(Path(folder), database) as bench:
            await round_of(bench, 1_000)  # warm: statements prepared, code compiled
            settle_memory()  # as `python -m bot run` does
            rounds = [await round_of(bench, arguments.claims) for _ in range(arguments.rounds)]
            report(engine, rounds)
            proof = await asyncio.to_thread(prove, bench.store)
            print(f"  {proof}")
            if arguments.entries:
                await fill(bench, arguments.entries)
                after = [await round_of(bench, arguments.claims) for _ in range(arguments.rounds)]
                report_past(arguments.entries, rounds, after)


def prove(store: Store) -> str:
    """What the program's own audit says of the books."""
    connection = store.open_reader()
    try:
        result = audit(connection)
    finally:
        connection.close()
    if result.broken:
        return f"THE BOOKS ARE WRONG: {[broken.name for broken in result.broken]}"
    return f"the books are right: {len(result.facts)} facts hold"


def report(engine: str, rounds: Sequence[dict[str, Run]]) -> None:
    """Medians over the rounds, and the ratios of each round."""
    print(f"\n{engine}: {CALLERS} callers, durable commits, {len(rounds)} rounds")
    for way in rounds[0]:
        runs = [each[way] for each in rounds]
        rate, p50, p99 = (
            statistics.median(getattr(run, name) for run in runs) for name in ("rate", "p50", "p99")
        )
        callers = ORM_CALLERS if way.startswith("orm") else CALLERS
        print(
            f"  {way:22s} {rate:9,.0f} claims/s   p50 {p50:7.1f} ms   p99 {p99:7.1f} ms"
            f"   ({callers} callers)"
        )
    for name, over_, under, goal in (
        ("yutang / raw, one packet", "yutang, one packet", "raw, one packet", 0.5),
        ("yutang / raw, 100 packets", "yutang, 100 packets", "raw, 100 packets", 0.5),
        ("yutang / orm, one packet", "yutang, one packet", "orm, one packet", 10.0),
        ("yutang, one / 100 packets", "yutang, one packet", "yutang, 100 packets", 0.8),
    ):
        ratios = [each[over_].rate / each[under].rate for each in rounds]
        median = statistics.median(ratios)
        verdict = "met" if median >= goal else "MISSED"
        print(
            f"  {name:26s} {median:6.2f} ({min(ratios):.2f} to {max(ratios):.2f}),"
            f" goal {goal}: {verdict}"
        )


def report_past(
    entries: int, before: Sequence[dict[str, Run]], after: Sequence[dict[str, Run]]
) -> None:
    """What a claim costs with a past, beside an empty ledger.

    The raw way has no past: what it costs more is the machine's, or the disk's.
    """
    print(f"  with {entries:,} entries before it, beside an empty ledger:")
    for way in before[0]:
        empty, full = (
            statistics.median(each[way].rate for each in rounds) for rounds in (before, after)
        )
        ratio = empty / full
        verdict = "a control"
        if way.startswith("yutang"):
            verdict = f"goal 1.2: {'met' if ratio <= 1.2 else 'MISSED'}"
        print(f"  {way:22s} {full:9,.0f} claims/s, a claim costs {ratio:.2f} ({verdict})")


def main() -> int:
    """Run on one engine or both."""
    parser = argparse.ArgumentParser(description="claims of red packets against their limit")
    parser.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--entries", type=int, default=0)
    arguments = parser.parse_args()
    if not 1_000 <= arguments.claims <= MEMBERS:
        parser.error(f"--claims is 1,000 to {MEMBERS:,}: a member claims a packet once")
    if arguments.engine != "postgres":
        asyncio.run(compare("SQLite", "", arguments))
    if arguments.engine != "sqlite":
        with run_postgres(durable=True) as server:
            asyncio.run(compare("PostgreSQL", server.url(server.create()), arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
