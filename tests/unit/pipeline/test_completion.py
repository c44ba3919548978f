"""The end of an event is one step: all of it is written, once."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.errors import StoreError
from bot.core.ids import ChannelKey, EventKey, MemberId, RecordId
from bot.core.messages import Outgoing, Target, TargetKind, Text
from bot.members.people import Interaction, TagHit
from bot.outbox.models import OutboxRow
from bot.pipeline.completion import Completion, complete
from bot.pipeline.inbox import Arrival, Inbox
from bot.settings.schema.members import Act
from bot.store.db import Store
from bot.store.lane import Lane
from tests.support.events import GROUP, HOUR, NOW, REALM, make_event
from tests.support.stores import read_value

TABLES = ("outbox", "interaction", "tag_hit", "member_tag", "last_variant")


@pytest.fixture
def lane(store: Store) -> Lane[Completion, bool]:
    return store.lane("completion", complete)


async def stored_event(store: Store) -> tuple[RecordId, MemberId]:
    event = make_event("签到")
    accepted = await Inbox(store).accept(Arrival(event, REALM, GROUP, present=True, now=NOW))
    return accepted.record_id, accepted.standing.member_id


def ending(
    record_id: RecordId, member_id: MemberId, *, mark: str = "1", confidence: float = 0.6
) -> Completion:
    event_key = EventKey(f"event/{mark}")
    return Completion(
        record_id=record_id,
        outcome=f"route {mark}",
        answer=Text(f"answer {mark}"),
        outgoings=(
            Outgoing(
                f"{event_key}/post", ChannelKey("posts"), Target(TargetKind.GROUP, "g"), Text("t")
            ),
        ),
        interactions=(Interaction(member_id, GROUP, Act.CHECKIN, NOW, event_key),),
        hits=(
            TagHit(
                member_id=member_id,
                tag="sun",
                rule="rule",
                event_key=event_key,
                at=NOW,
                times=1,
                within_days=1,
                for_days=1,
                confidence=confidence,
                evidence="e",
                exclusive=(),
            ),
        ),
        said=(("pond", f"template {mark}", 1),),
        now=NOW + HOUR,
    )


async def counts(store: Store) -> list[object]:
    return [await read_value(store, f"SELECT count(*) FROM {table}") for table in TABLES]


async def test_everything_an_event_caused_is_written_together_with_its_end(
    store: Store, lane: Lane[Completion, bool]
) -> None:
    record_id, member_id = await stored_event(store)

    assert await lane.submit(ending(record_id, member_id))

    assert await counts(store) == [1, 1, 1, 1, 1]
    (row,) = await store.read("SELECT state, outcome, answer IS NOT NULL AS has FROM inbox")
    assert tuple(row) == ("done", "route 1", 1)
    assert (await OutboxRow.get(key="event/1/post")).due_at == NOW + HOUR


async def test_a_second_completion_changes_nothing(
    store: Store, lane: Lane[Completion, bool]
) -> None:
    record_id, member_id = await stored_event(store)
    await lane.submit(ending(record_id, member_id))
    before = await counts(store), (await store.read("SELECT * FROM inbox"))[0]["outcome"]

    assert not await lane.submit(ending(record_id, member_id, mark="1"))
    other = ending(record_id, member_id, mark="2")
    assert not await lane.submit(other)

    after = await counts(store), (await store.read("SELECT * FROM inbox"))[0]["outcome"]
    assert after[1] == before[1]
    assert after[0][:4] == before[0][:4]


async def test_two_completions_of_one_event_in_one_batch_are_one(
    store: Store, lane: Lane[Completion, bool]
) -> None:
    record_id, member_id = await stored_event(store)

    verdicts = await asyncio.gather(
        *[lane.submit(ending(record_id, member_id, mark=mark)) for mark in "12"]
    )

    assert verdicts == [True, False]
    assert await read_value(store, "SELECT key FROM outbox") == "event/1/post"


async def test_an_event_whose_end_cannot_be_written_is_not_done_at_all(
    store: Store, lane: Lane[Completion, bool]
) -> None:
    record_id, member_id = await stored_event(store)
    impossible = ending(record_id, member_id, confidence=7.0)

    with pytest.raises(StoreError):
        await lane.submit(impossible)

    assert await counts(store) == [0, 0, 0, 0, 0]
    assert await read_value(store, "SELECT state FROM inbox") == "waiting"
    assert await lane.submit(ending(record_id, member_id))


async def test_an_event_that_cannot_end_does_not_fail_its_neighbours(
    store: Store, lane: Lane[Completion, bool]
) -> None:
    record_id, member_id = await stored_event(store)
    other, _ = await stored_event(store)

    bad, good = await asyncio.gather(
        lane.submit(ending(record_id, MemberId(10**6))),
        lane.submit(ending(other, member_id, mark="2")),
        return_exceptions=True,
    )

    assert isinstance(bad, StoreError)
    assert good is True
    assert await counts(store) == [1, 1, 1, 1, 1]


async def test_the_last_variant_said_is_the_one_that_is_kept(
    store: Store, lane: Lane[Completion, bool]
) -> None:
    record_id, member_id = await stored_event(store)
    other, _ = await stored_event(store)
    first, second = ending(record_id, member_id), ending(other, member_id, mark="2")
    await lane.submit(first)
    await lane.submit(replace(second, said=(("pond", "template 1", 3),)))

    assert await read_value(store, "SELECT variant FROM last_variant") == 3
