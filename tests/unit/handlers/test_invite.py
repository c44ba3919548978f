"""邀请 shows a code to type, and a code to scan where newcomers come by one."""

import random
from dataclasses import replace

from bot.core.errors import TransportError
from bot.core.messages import Text
from bot.growth.invites import Invites
from bot.growth.ways import Ways
from bot.handlers.invite import InviteHandlers
from bot.members.roster import MoveKind, Roster
from bot.persona.voice import Voice
from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.customers import CONTACT, POND, FakeContact, with_customers
from tests.support.events import APP, make_event
from tests.support.pipeline import Pipeline
from tests.support.stores import read_value


async def ask(store: Store, platform: FakeContact, group: str) -> str:
    """What 小鹿 reads who types 邀请 about ``group``."""
    live, rng = Live(with_customers(brand())), random.Random(1)
    ways = Ways(store, {CONTACT: platform})
    handlers = InviteHandlers(Voice(live, rng), Invites(store, rng), Roster(store), ways)
    pipeline = Pipeline(store, *handlers.routes(), live=live)
    await pipeline.join("xiaolu", MoveKind.FOUND, group)
    answer = await pipeline.ask(replace(make_event("邀请", channel=APP), group=group))
    assert isinstance(answer, Text)
    return answer.text


async def test_in_a_customer_group_a_member_is_shown_a_code_to_scan_that_carries_his_own(
    store: Store,
) -> None:
    platform = FakeContact()
    shown = [await ask(store, platform, POND) for _ in range(2)]

    code = await read_value(store, "SELECT code FROM invite_code")
    assert all("https://p.qpic.cn/1" in text for text in shown)
    assert platform.told == [f"group way wrPOND0001 {code} invite {code}"]


async def test_in_a_member_group_a_member_is_shown_a_code_to_type(store: Store) -> None:
    platform = FakeContact()
    shown = await ask(store, platform, "hejian")

    assert f"邀请码 {await read_value(store, 'SELECT code FROM invite_code')}" in shown
    assert platform.told == []


async def test_when_the_platform_gives_no_way_the_code_can_still_be_typed(store: Store) -> None:
    platform = FakeContact(trouble=TransportError("no way there", reached=False))
    shown = await ask(store, platform, POND)

    assert f"邀请码 {await read_value(store, 'SELECT code FROM invite_code')}" in shown
