"""kill -9 at random moments of mixed traffic: nothing told is lost, nothing is paid twice.

The test is the members and the platform: it keeps every request and every answer. What was not
answered when the program died is asked again with the same key, and so is some of what was. After
each death the books are audited, and every answer is looked up in the tables.
"""

import asyncio
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from bot.rewards.audit.audit import Mark, audit
from bot.rewards.ledger.lane import post
from bot.rewards.lottery.clock_lane import Publication, apply_publications
from bot.rewards.redemption.shelves import Stocking, apply_stockings
from bot.store.connection import Connection
from bot.store.db import Store, open_reader
from bot.tables import MODELS
from tests.fault.kill_worker import GOODS
from tests.support.pay import give_cash
from tests.support.postgres import PostgresServer, run_postgres
from tests.support.settings import REPOSITORY
from tests.unit.rewards.lottery.support import SEED, blank, prize, terms
from tests.unit.rewards.lottery.support import gift as gift_prize
from tests.unit.rewards.support import NOW, add_members, gift, member

KILLS: Final = 200
KILLS_ON_POSTGRES: Final = 40
STOPS_OF_POSTGRES: Final = 8

MEMBERS: Final = 40
AT_ONCE: Final = 120
"""Requests that wait when the program starts, the old ones included."""

LEAST_NEW: Final = 10

EARLY: Final = 0.15
"""Of the deaths, so many may come while the program starts."""

LOOK_UP: Final = {
    "check_in": "SELECT points FROM checkin WHERE event_key = ?",
    "open": "SELECT id FROM packet WHERE key = ?",
    "claim": "SELECT amount FROM packet_claim WHERE event_key = ?",
    "draw": "SELECT position FROM lottery_draw WHERE event_key = ?",
    "redeem": "SELECT id FROM redemption WHERE key = ?",
    "give_back": "SELECT state FROM redemption_step WHERE event_key = ?",
    "thank": "SELECT points FROM thanks WHERE event_key = ?",
    "transfer": "SELECT id FROM transfer WHERE key = ?",
    "payout": "SELECT id FROM payout WHERE key = ?",
}
"""Where the effect of a request lies, and the part of its answer that can be read there."""

Request = dict[str, Any]
Answers = dict[str, list[Any]]


def open_house(connection: Connection, members: int) -> None:
    """Members with points and cash, a full shop and a lottery."""
    add_members(connection, members)
    give_cash(connection, members)
    start = [(gift(f"start {number}", member(number), 1000),) for number in range(1, members + 1)]
    post(connection, start)
    apply_stockings(connection, [Stocking(tuple(GOODS.values()), NOW)])
    published = terms(prize(stock=400), gift_prize(stock=200), blank(2), fee_points=3)
    apply_publications(connection, [Publication(published, SEED, NOW)])


async def make_database(directory: Path, address: str) -> None:
    """Everything that is there before the first request."""
    store = Store(directory, MODELS, address)
    await store.open()

    def fill(connection: Connection, members: Sequence[int]) -> list[None]:
        for count in members:
            open_house(connection, count)
        return [None] * len(members)

    await store.lane("house", fill).submit(MEMBERS)
    await store.close()


@dataclass
class Crowd:
    """Those who ask: what they wait for, and what they were told."""

    rng: random.Random
    requests: dict[str, Request] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    due: Counter[str] = field(default_factory=Counter)
    told: Answers = field(default_factory=dict)
    gain: int = 0
    packets: list[int] = field(default_factory=list)
    redemptions: list[int] = field(default_factory=list)

    def ask(self, life: int) -> list[Request]:
        """What the program finds when it starts: what it left, some of the old, and new wishes."""
        known = [key for key, given in self.told.items() if given]
        again = self.rng.sample(known, min(5, len(known)))
        for number in range(max(LEAST_NEW, AT_ONCE - len(self.waiting))):
            request = self._wish(life) | {"key": f"e{life}-{number}", "hour": life}
            self.requests[request["key"]] = request
            self.waiting.add(request["key"])
        keys = [*again, *sorted(self.waiting)]
        self.rng.shuffle(keys)
        asked = [*keys, *keys[:2]]  # an event may be brought twice at once
        self.due = Counter(asked)
        return [self.requests[key] for key in asked]

    def hear(self, line: dict[str, Any]) -> None:
        """An answer: the first one stays for ever."""
        key, given = line["key"], line["given"]
        self.due[key] -= 1
        if given or not self.due[key]:
            self.waiting.discard(key)
        if self.told.get(key):
            assert given == self.told[key], f"{self.requests[key]} was told something else"
            return
        self.told[key] = given
        self.gain += line["gain"]
        kind = self.requests[key]["kind"]
        if given and kind == "open":
            self.packets.append(given[0])
        if given and kind == "redeem":
            self.redemptions.append(given[0])

    def _wish(self, life: int) -> Request:
        rng = self.rng
        who, other = rng.sample(range(1, MEMBERS + 1), 2)
        wishes: list[Request] = [
            *[{"kind": "check_in"}] * 3,
            {"kind": "open", "group": f"g{life % 7}"},
            *[{"kind": "draw"}] * 2,
            *[{"kind": "redeem", "goods": goods} for goods in GOODS],
            {"kind": "thank", "other": other},
            {"kind": "clock"},
            *[{"kind": "transfer", "other": other, "amount": rng.randrange(1, 50)}] * 2,
            {"kind": "payout", "amount": 10 * rng.randrange(10, 90)},
        ]
        if self.packets:
            wishes += [{"kind": "claim", "packet": number} for number in self.packets[-3:]] * 3
        if self.redemptions:
            wishes.append({"kind": "give_back", "redemption": rng.choice(self.redemptions)})
        return rng.choice(wishes) | {"member": who}


@dataclass(frozen=True)
class End:
    """So long after the store is open; or after the start, which may be before that."""

    seconds: float
    may_come_early: bool = False


IN_PEACE: Final = End(3600)


class Worker:
    """The program, over and over again."""

    def __init__(self, directory: Path, address: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fault.kill_worker", str(directory), address],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._read = b""
        self.opened_at = 0.0

    def live(self, crowd: Crowd, life: int, *, end: End, server: PostgresServer | None) -> int:
        """One life, cut short at ``end``; the exit code.

        With a ``server`` it is that one which is stopped, and started again.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(crowd.ask(life)).encode() + b"\n")
        self._process.stdin.flush()
        child = int(self._next(None)["pid"])
        at = time.monotonic() + end.seconds if end.may_come_early else None
        while "ended" not in (line := self._next(at)):
            if not line:
                at = None
                if server is not None:
                    server.crash()
                else:
                    with suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
            elif "open" in line:
                self.opened_at = time.monotonic()
                at = self.opened_at + end.seconds
            elif "failure" in line:
                assert server is not None, line
            else:
                crowd.hear(line)
        return int(line["ended"])

    def _next(self, end: float | None) -> dict[str, Any]:
        """The next line; an empty one when there is none until ``end``."""
        assert self._process.stdout is not None
        while b"\n" not in self._read:
            left = None if end is None else max(0.0, end - time.monotonic())
            if not select.select([self._process.stdout], [], [], left)[0]:
                return {}
            more = os.read(self._process.stdout.fileno(), 1 << 16)
            assert more, "the worker has ended by itself"
            self._read += more
        line, _, self._read = self._read.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """No more lives."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process.wait()


@contextmanager
def worker(directory: Path, address: str) -> Iterator[Worker]:
    """The worker on a database that has everything in it."""
    asyncio.run(make_database(directory, address))
    with closing(Worker(directory, address)) as opened:
        yield opened


def look(crowd: Crowd, directory: Path, address: str, since: Mark) -> Mark:
    """The books are right, and hold what was told."""
    with closing(open_reader(directory / "yutang.db", address)) as connection:
        report = audit(connection, since)
        assert report.broken == ()
        for key, given in crowd.told.items():
            if given:
                kind = crowd.requests[key]["kind"]
                rows = connection.execute(LOOK_UP[kind], (key,)).fetchall()
                seen = given[2] if kind == "check_in" else given[0]
                assert [row[0] for row in rows] == [seen], f"{crowd.requests[key]}: {given}"
    return report.mark


def look_at_the_end(crowd: Crowd, directory: Path, address: str) -> None:
    """Everybody was answered, and the members have what they were told: nothing more or less."""
    assert not crowd.waiting
    look(crowd, directory, address, Mark())
    with closing(open_reader(directory / "yutang.db", address)) as connection:
        ((points,),) = connection.execute(
            "SELECT CAST(sum(balance) AS INTEGER) FROM account"
            " WHERE currency = 'points' AND kind = 'member'"
        ).fetchall()
        assert points == MEMBERS * 1000 + crowd.gain


def kill_often(
    crowd: Crowd, directory: Path, address: str, kills: int, server: PostgresServer | None = None
) -> None:
    """So many lives that were cut short somewhere, and one in peace at the end."""
    killed = life = 0
    mark, longest = Mark(), 0.0
    with worker(directory, address) as program:
        while killed < kills:
            end = End(crowd.rng.uniform(0, longest), crowd.rng.random() < EARLY)
            ended = program.live(crowd, life, end=end if life > 1 else IN_PEACE, server=server)
            if ended == 0:
                longest = time.monotonic() - program.opened_at
            killed += ended == -signal.SIGKILL or (server is not None and life > 1)
            life += 1
            mark = look(crowd, directory, address, mark)
        assert program.live(crowd, life, end=IN_PEACE, server=None) == 0
    look_at_the_end(crowd, directory, address)


def test_two_hundred_kills_lose_nothing_that_was_told_and_pay_nothing_twice(tmp_path: Path) -> None:
    kill_often(Crowd(random.Random(1)), tmp_path, "", KILLS)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of our own, for it will not be treated well."""
    with run_postgres() as started:
        yield started


def test_kills_of_a_program_on_postgresql_lose_nothing_either(
    tmp_path: Path, server: PostgresServer
) -> None:
    address = server.url(server.create())
    kill_often(Crowd(random.Random(2)), tmp_path, address, KILLS_ON_POSTGRES)


def test_a_postgresql_that_is_stopped_hard_under_traffic_loses_nothing(
    tmp_path: Path, server: PostgresServer
) -> None:
    address = server.url(server.create())
    kill_often(Crowd(random.Random(3)), tmp_path, address, STOPS_OF_POSTGRES, server)
