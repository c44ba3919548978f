"""Simulator and channel meet: each side wrote down the rules of customer contact for itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.channels.api import wecom_api
from bot.channels.contact_events import read_contact_event
from bot.channels.customer_contact import CustomerContact
from bot.channels.media import MediaShelf
from bot.core.events import Event, EventKind, MediaKind
from bot.core.ids import ChannelKey, UserId
from bot.core.messages import (
    Link,
    Media,
    Message,
    Outgoing,
    Post,
    TagChange,
    Target,
    TargetKind,
    Text,
)
from bot.core.ports import Outcome, SendResult, TaskState
from tests.unit.simulator.contact.support import PNG, Pond, at_the_pond
from tests.unit.simulator.stub_bot import CORP_ID, SECRET

CONTACT = ChannelKey("contact")
TANGYUAN, LULU, NANA = UserId("tangyuan"), UserId("wmLULU"), UserId("wmNANA")


@asynccontextmanager
async def product_at_the_pond(directory: Path) -> AsyncIterator[tuple[Pond, CustomerContact]]:
    async with at_the_pond(directory) as pond, aiohttp.ClientSession() as session:
        clock = pond.stage.clock
        base = str(pond.stage.client.make_url(pond.stage.simulator.api_base))
        api = wecom_api(session, base, CORP_ID, SECRET, clock)
        shelf = MediaShelf(directory, clock)
        yield pond, CustomerContact(key=CONTACT, api=api, shelf=shelf, clock=clock)
        await api.close()


async def send(
    contact: CustomerContact, kind: TargetKind, address: str, message: Message
) -> SendResult:
    return await contact.send(Outgoing("key", CONTACT, Target(kind, address), message))


async def events(pond: Pond) -> list[Event]:
    """What the product makes of the callbacks."""
    at = pond.stage.clock.now()
    receipts = [
        read_contact_event(document, channel=CONTACT, event_key="key", at=at)
        for document in await pond.heard()
    ]
    assert not any(receipt.unsupported for receipt in receipts)
    return [event for receipt in receipts for event in receipt.events]


async def test_whoever_comes_by_our_group_code_is_known_by_its_source(tmp_path: Path) -> None:
    async with product_at_the_pond(tmp_path) as (pond, contact):
        way = await contact.make_group_way(("wrPOND",), "H3K8Q", "路路的邀请码")
        assert way.picture_url.endswith(f"{way.config_id}.png")
        before = await contact.read_chat("wrPOND")
        await pond.act("POST", "customers/wmNANA/groups", {"way": way.config_id})
        (event,) = await events(pond)
        assert (event.kind, event.user_id) == (EventKind.JOINED, NANA)
        chat = await contact.read_chat("wrPOND")
        assert (chat.name, chat.owner) == ("禾间鱼塘", "tangyuan")
        assert chat.version != before.version
        nana = chat.members[-1]
        assert (nana.user_id, nana.source, nana.name) == (NANA, "H3K8Q", "娜娜")
        assert nana.joined_at == pond.stage.clock.now()
        await pond.act("DELETE", "groups/pond/members/娜娜")
        (event,) = await events(pond)
        assert event.kind is EventKind.LEFT
        assert (await contact.read_chat("wrPOND")).members == before.members


async def test_a_new_friend_is_greeted_once(tmp_path: Path) -> None:
    async with product_at_the_pond(tmp_path) as (pond, contact):
        (tmp_path / "hello.png").write_bytes(PNG)
        way = await contact.make_friend_way(TANGYUAN, "H3K8Q", "路路的邀请码")
        await pond.act("POST", "customers/wmNANA/friends", {"way": way.config_id})
        (event,) = await events(pond)
        assert (event.kind, event.source) == (EventKind.BEFRIENDED, "H3K8Q")
        greeting = Post("你好呀", (Media(MediaKind.IMAGE, "hello.png"),))
        sent = [
            (await send(contact, TargetKind.CALLBACK, event.reply_to, greeting)).outcome
            for _ in range(2)
        ]
        assert sent == [Outcome.SENT, Outcome.DEAD]
        assert await pond.private_words("wmNANA", "tangyuan") == ["你好呀", "[图片] hello.png"]
        tie = await contact.read_tie(NANA, TANGYUAN)
        assert tie is not None
        assert (tie.source, tie.name, tie.since) == ("H3K8Q", "娜娜", pond.stage.clock.now())


async def test_a_late_greeting_is_dead(tmp_path: Path) -> None:
    async with product_at_the_pond(tmp_path) as (pond, contact):
        await pond.act("POST", "customers/wmNANA/friends", {"employee": "tangyuan"})
        (event,) = await events(pond)
        await pond.later(20)
        result = await send(contact, TargetKind.CALLBACK, event.reply_to, Text("你好呀"))
        assert (result.outcome, result.errcode) == (Outcome.DEAD, 41050)


async def test_a_group_message_is_a_task_until_the_owner_says_yes(tmp_path: Path) -> None:
    async with product_at_the_pond(tmp_path) as (pond, contact):
        link = Link("新品", "今晚八点", "https://example.com/new")
        handed = await send(contact, TargetKind.GROUP, "wrPOND", link)
        assert handed.outcome is Outcome.HANDED
        assert await contact.read_task(handed.reference) is TaskState.OPEN
        await contact.remind_of_task(handed.reference)
        await pond.act("POST", f"people/tangyuan/tasks/{handed.reference}/confirm", {})
        assert await contact.read_task(handed.reference) is TaskState.SENT
        assert await pond.words() == ["新品\n今晚八点\nhttps://example.com/new"]
        again = await send(contact, TargetKind.GROUP, "wrPOND", link)
        await pond.act("POST", f"people/tangyuan/tasks/{again.reference}/confirm", {})
        assert await contact.read_task(again.reference) is TaskState.REFUSED


async def test_a_message_to_a_customer_is_a_task_too(tmp_path: Path) -> None:
    async with product_at_the_pond(tmp_path) as (pond, contact):
        first, second = [
            await send(contact, TargetKind.PERSON, "wmLULU", Text("生日快乐")) for _ in range(2)
        ]
        await contact.cancel_task(second.reference)
        await pond.act("POST", f"people/tangyuan/tasks/{second.reference}/confirm", {}, status=400)
        await pond.act("DELETE", "customers/wmLULU/friends/tangyuan")
        await pond.act("POST", f"people/tangyuan/tasks/{first.reference}/confirm", {})
        assert await contact.read_task(first.reference) is TaskState.REFUSED
        gone = await send(contact, TargetKind.PERSON, "wmLULU", Text("生日快乐"))
        assert gone.outcome is Outcome.DEAD


async def test_tags_are_marked_by_name(tmp_path: Path) -> None:
    async with product_at_the_pond(tmp_path) as (pond, contact):
        await pond.act("POST", "tags", {"group": "肤质", "tags": ["干皮"]})

        async def mark(**change: tuple[str, ...]) -> frozenset[str]:
            changed = TagChange(TANGYUAN, **change)
            result = await send(contact, TargetKind.RECORD, "wmLULU", changed)
            assert result.outcome is Outcome.SENT
            ties = await contact.read_ties((TANGYUAN,))
            return next(tie.tags for tie in ties if tie.user_id == LULU)

        assert await mark(add=("干皮", "常客")) == {"干皮", "常客"}
        assert await mark(remove=("干皮",)) == {"常客"}


async def test_employees_ties_and_names_are_read(tmp_path: Path) -> None:
    async with product_at_the_pond(tmp_path) as (_pond, contact):
        employees = await contact.read_employees()
        assert "xiaolu" in employees
        ties = {(tie.employee, tie.user_id) for tie in await contact.read_ties(employees)}
        assert ties == {("tangyuan", "wmLULU"), ("tangyuan", "wmMIMI"), ("ayun", "wmMIMI")}
        assert (await contact.read_profile(LULU)).name == "路路"
        assert (await contact.read_profile(TANGYUAN)).name == "汤圆"
        assert await contact.read_tie(NANA, TANGYUAN) is None
