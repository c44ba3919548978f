"""Two hundred power cuts: what was acknowledged is there, and the books are right.

The model can tell good settings from bad ones: with synchronous=NORMAL it loses claims.
"""

import random
from collections.abc import Sequence

import apsw
import pytest

from bot.core.ids import PacketId
from bot.rewards.audit.audit import audit
from bot.rewards.packets.lane import apply_claims, apply_opens
from bot.rewards.packets.packet import Claimed, OpenedPacket
from bot.store.connection import Connection
from bot.store.lane import commit
from bot.store.migrate import migrate
from bot.store.sql import over
from bot.store.sqlite import SETTINGS
from tests.support.power import Disk, DiskConnection, PowerCut
from tests.unit.rewards.support import claim, packet

CUTS = 200
MEMBERS = 300
WEAK = tuple(setting.replace("synchronous=FULL", "synchronous=NORMAL") for setting in SETTINGS)


@pytest.fixture(scope="module")
def books() -> tuple[Disk, PacketId]:
    """A disk with members and an open packet of which nothing was claimed."""
    disk = Disk()
    connection = DiskConnection(disk, SETTINGS)
    migrate(connection)
    add = over("id int", "INSERT INTO member (id, created_at) SELECT id, 0 FROM rows")
    connection.write(add, [(number,) for number in range(1, MEMBERS + 1)])
    ((opened,),) = commit(connection, [("open", apply_opens, [packet("p", 400, 100)])])
    assert isinstance(opened, OpenedPacket)
    connection.close()
    return disk, opened.packet_id


def claim_until_the_power_goes(
    disk: Disk, packet_id: PacketId, settings: Sequence[str], rng: random.Random
) -> tuple[dict[int, int], Disk]:
    """Claims in small batches; who was told of how much before it was dark, and what is left."""
    told: dict[int, int] = {}
    connection = DiskConnection(disk, settings)
    disk.fuse = rng.randrange(1, 400)
    member = 1
    try:
        while member < 100:
            batch = [claim(packet_id, member + place) for place in range(rng.randrange(1, 8))]
            (answers,) = commit(connection, [("claims", apply_claims, batch)])
            for request, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Claimed):
                    told[request.member_id] = answer.amount
            member += len(batch)
    except (PowerCut, apsw.Error):
        pass
    kept = disk.after_a_cut(rng)
    disk.fuse = None  # so that the connection of the dead machine can be cleared away
    connection.close()
    return told, kept


def found_after(disk: Disk) -> tuple[dict[int, int], Connection]:
    connection = DiskConnection(disk, SETTINGS)
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    rows = connection.execute("SELECT member_id, amount FROM packet_claim")
    return {row["member_id"]: row["amount"] for row in rows}, connection


def lost_in_a_cut(
    books: tuple[Disk, PacketId], settings: Sequence[str], seed: int
) -> tuple[int, int]:
    """How many claims were told and how many of them are gone."""
    first, packet_id = books
    rng = random.Random(seed)
    disk = first.copy()
    told, left = claim_until_the_power_goes(disk, packet_id, settings, rng)
    kept, connection = found_after(left)
    assert audit(connection).broken == ()
    connection.close()
    return len(told), sum(kept.get(member) != amount for member, amount in told.items())


def test_two_hundred_power_cuts_lose_no_claim_that_was_told(books: tuple[Disk, PacketId]) -> None:
    cuts = [lost_in_a_cut(books, SETTINGS, seed) for seed in range(CUTS)]

    assert sum(told for told, _ in cuts) > CUTS
    assert sum(lost for _, lost in cuts) == 0


def test_weaker_settings_would_lose_claims_and_this_test_sees_it(
    books: tuple[Disk, PacketId],
) -> None:
    cuts = [lost_in_a_cut(books, WEAK, seed) for seed in range(20)]

    assert WEAK != SETTINGS
    assert sum(lost for _, lost in cuts) > 0
