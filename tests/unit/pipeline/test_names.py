"""Names are learnt at the first contact, once, and never at the price of an answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.core.errors import TransportError
from bot.core.events import EventKind, event_from_json
from bot.core.ids import UserId
from bot.members.roster import MoveKind
from bot.pipeline import names as names_module
from bot.pipeline.names import NAMES_AT_ONCE
from bot.pipeline.roster_sync import RosterSync
from bot.store.db import Store
from tests.support.events import APP, GROUP, HOUR, MINUTE, NOW, REALM, make_event
from tests.support.pipeline import Pipeline
from tests.support.stores import open_store, read_value


@dataclass
class FakeDirectory:
    """A platform that knows names and a group's list."""

    names: dict[str, str] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    fails: bool = False
    gate: asyncio.Event | None = None

    async def read_name(self, user_id: UserId) -> str:
        self.asked.append(user_id)
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            raise TransportError("no way there", reached=False)
        return self.names.get(user_id, "")

    async def read_group_members(self, chat_id: str) -> tuple[UserId, ...]:
        if self.fails:
            raise TransportError("no way there", reached=False)
        return tuple(UserId(user) for user in self.members)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(tmp_path) as opened:
        yield opened


def sync_of(pipeline: Pipeline, directory: FakeDirectory) -> RosterSync:
    return RosterSync(
        directories={APP: directory},
        roster=pipeline.roster,
        names=pipeline.names,
        worker=pipeline.worker,
        live=pipeline.live,
    )


async def test_the_first_message_is_answered_to_a_name_and_the_platform_is_asked_once(
    store: Store,
) -> None:
    directory = FakeDirectory({"xiaolu": "小鹿"})
    pipeline = Pipeline(store, directories={APP: directory})
    await pipeline.bring(make_event("a"))
    await pipeline.bring(make_event("b"))

    assert [context.member.name for context in pipeline.seen.contexts] == ["小鹿", "小鹿"]
    assert directory.asked == ["xiaolu"]
    assert await read_value(store, "SELECT name FROM member") == "小鹿"


async def test_two_first_messages_in_one_breath_are_both_answered_to_the_name(
    store: Store,
) -> None:
    pipeline = Pipeline(store, directories={APP: FakeDirectory({"xiaolu": "小鹿"})})
    await pipeline.bring(make_event("a"), make_event("b"))

    assert [context.member.name for context in pipeline.seen.contexts] == ["小鹿", "小鹿"]


async def test_a_platform_that_fails_or_tells_nothing_leaves_the_user_id(store: Store) -> None:
    for directory in (FakeDirectory(fails=True), FakeDirectory()):
        pipeline = Pipeline(store, directories={APP: directory})
        await pipeline.bring(make_event("a"), make_event("b"))

        assert [context.member.name for context in pipeline.seen.contexts] == ["xiaolu"] * 2
        assert directory.asked == ["xiaolu"]


async def test_a_slow_platform_does_not_hold_up_an_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_module, "WAIT_SECONDS", 0.01)
    pipeline = Pipeline(store, directories={APP: FakeDirectory(gate=asyncio.Event())})
    await pipeline.bring(make_event("a"))

    assert pipeline.seen.texts == ["a"]


async def test_names_that_the_platform_never_tells_do_not_keep_others_from_theirs(
    store: Store,
) -> None:
    crowd = [f"silent{number}" for number in range(NAMES_AT_ONCE)]
    directory = FakeDirectory({"zoe": "佐伊"})
    pipeline = Pipeline(store, directories={APP: directory})
    for user in (*crowd, "zoe"):
        await pipeline.join(user, MoveKind.FOUND)

    for _ in range(3):
        await pipeline.names.learn_missing(REALM, GROUP)

    assert "zoe" in directory.asked


# ---- reading the list


async def stays(store: Store) -> list[tuple[object, ...]]:
    rows = await store.read(
        "SELECT i.user_id, s.joined_at IS NOT NULL, s.left_at IS NOT NULL"
        " FROM membership AS s JOIN identity AS i USING (member_id) ORDER BY s.id"
    )
    return [tuple(row) for row in rows]


async def test_the_first_reading_finds_those_who_were_there_and_later_ones_tell_differences(
    store: Store,
) -> None:
    directory = FakeDirectory(members=("a", "b"))
    pipeline = Pipeline(store, directories={APP: directory})
    sync = sync_of(pipeline, directory)
    await sync.run(NOW)
    assert await stays(store) == [("a", 0, 0), ("b", 0, 0)]
    assert await pipeline.records() == []

    directory.members = ("b", "c")
    await sync.run(NOW + HOUR)
    rows = await store.read("SELECT json_extract(event, '$.kind') AS kind FROM inbox ORDER BY id")
    assert [row["kind"] for row in rows] == ["joined", "left"]


async def test_the_list_is_read_no_more_often_than_configured_unless_hurried(store: Store) -> None:
    directory = FakeDirectory(members=("a",))
    pipeline = Pipeline(store, directories={APP: directory})
    sync = sync_of(pipeline, directory)
    await sync.run(NOW)
    directory.members = ("a", "b")

    await sync.run(NOW)
    assert await pipeline.records() == []
    sync.hurry()
    await sync.run(NOW)
    assert len(await pipeline.records()) == 1


async def test_a_list_that_cannot_be_read_changes_nothing(store: Store) -> None:
    directory = FakeDirectory(members=("a",))
    pipeline = Pipeline(store, directories={APP: directory})
    sync = sync_of(pipeline, directory)
    await sync.run(NOW)
    directory.fails = True
    await sync.run(NOW + HOUR + MINUTE)

    assert await stays(store) == [("a", 0, 0)]
    assert await pipeline.records() == []


async def test_an_empty_member_list_is_not_taken_for_everybodys_leaving(store: Store) -> None:
    directory = FakeDirectory(members=("xiaolu", "momo"))
    pipeline = Pipeline(store, directories={APP: directory})
    sync = sync_of(pipeline, directory)
    await sync.run(NOW)

    directory.members = ()
    await sync.run(NOW + HOUR)
    assert await pipeline.records() == []

    directory.members = ("xiaolu",)
    await sync.run(NOW + 2 * HOUR)
    assert len(await pipeline.records()) == 1
    told = event_from_json(str(await read_value(store, "SELECT event FROM inbox")))
    assert (told.kind, told.user_id) == (EventKind.LEFT, "momo")
