"""A post as members see it: live slots, links, the mark of advertising, the step, pictures."""

import random
from dataclasses import replace
from typing import Any

import pytest

from bot.core.events import MediaKind
from bot.core.messages import Media, Post, Text
from bot.growth.links import LinkKind
from bot.persona.voice import Voice
from bot.schedules.mix import Choice
from bot.schedules.node_days import node_days_on
from bot.schedules.rendering import Rendered, Renderer
from bot.schedules.steps import StepText
from bot.settings.pages import Pages
from bot.settings.schema.bot import Group
from bot.settings.schema.front_matter import ContentFront
from bot.settings.settings import ContentItem, Settings
from bot.store.db import Store
from tests.support.brand import Live as AnyLive
from tests.support.brand import brand
from tests.support.stores import read_value

from .support import EVENING, START, Live, at, item, publisher

SHOP = "https://shop.example.cn/cream"
HERE = "http://127.0.0.1:8080"
NOW = at("2026-11-26 20:00")
"""A Thursday, which is 感恩节."""

ROBOT, CUSTOMERS = "hejian", "friends"


def shown(text: str, *, key: str = ROBOT, step: str = "step", **front: Any) -> Rendered:
    """What becomes of an item in a group of the example brand, which sells at the shop."""
    settings = selling(brand())
    head = ContentFront(title="t", pillar="user", kind="story", **front)
    node = next((day for day in node_days_on(NOW.date(), settings.calendar)), None)
    choice = Choice(ContentItem("a", head, text), StepText("code.1", step), "why", node=node)
    live = AnyLive(settings)
    renderer = Renderer(Voice(live, random.Random(1)), Pages(live, HERE))
    group = group_of(settings, key)
    return renderer.render(settings, group, choice, slot_key="slot", at=NOW, members=87)


def selling(settings: Settings) -> Settings:
    screening = settings.persona.screening.model_copy(update={"shop_hosts": ("shop.example.cn",)})
    return replace(settings, persona=settings.persona.model_copy(update={"screening": screening}))


def group_of(settings: Settings, key: str) -> Group:
    return next(group for group in settings.bot.groups if group.key == key)


def test_live_slots_are_filled_in_the_words_and_in_the_step() -> None:
    found = shown(
        "{date}{weekday}，{brand}的{persona}在{group}，{members} 个人，今天是{node}。{{留着}}",
        step="{group}等你",
    )
    assert found.text == (
        "11月26日周四，禾间的小禾在禾间护肤小屋，87 个人，今天是感恩节。{留着}\n\n禾间护肤小屋等你"
    )


def test_a_link_stands_below_the_words_as_a_short_one_that_is_kept() -> None:
    found = shown("看看", link="https://mp.weixin.qq.com/label")
    (link,) = found.links
    assert (link.what, link.url) == (LinkKind.CONTENT, "https://mp.weixin.qq.com/label")
    assert link.address.startswith(f"{HERE}/r/")
    assert link.address in found.text.split("\n\n")[0]
    assert "weixin.qq.com" not in found.text
    assert not found.text.startswith("【广告】")


@pytest.mark.parametrize(
    ("text", "link"), [("看看", SHOP), (f"看看 {SHOP}", ""), (f"【广告】看看 {SHOP}", "")]
)
def test_what_leads_to_a_shop_is_marked_once_although_its_link_is_short(
    text: str, link: str
) -> None:
    found = shown(text, link=link)
    assert found.text.startswith("【广告】看看")
    assert found.text.count("【广告】") == 1


def test_where_nobody_is_heard_the_step_leads_to_the_groups_page() -> None:
    found = shown("看看", key=CUSTOMERS)
    (link,) = found.links
    assert (link.what, link.url) == (LinkKind.STEP, f"{HERE}/m/friends")
    words, step = found.text.split("\n\n")
    assert link.address in step
    assert words == "看看"


def test_where_members_are_heard_the_step_stands_alone() -> None:
    assert shown("看看").text == "看看\n\nstep"
    assert shown("看看").links == ()


def test_pictures_go_with_the_text_where_the_channel_can_and_behind_it_else() -> None:
    names = ("pictures/rice-window.png", "pictures/morning-water.png")
    first, second = (Media(MediaKind.IMAGE, name) for name in names)
    together = shown("看看", key=CUSTOMERS, pictures=names).messages
    assert [key for key, _ in together] == [""]
    assert isinstance(together[0][1], Post)
    assert together[0][1].media == (first, second)
    behind = shown("看看", pictures=names).messages
    assert behind[0] == ("", Text("看看\n\nstep"))
    assert behind[1:] == (("/picture/1", first), ("/picture/2", second))


def test_another_persona_speaks_in_her_own_group_and_name() -> None:
    settings = brand()
    assert group_of(settings, "owners").persona
    assert "周老师" in shown("{persona}", key="owners").text


async def test_the_rows_of_links_are_written_with_the_post(store: Store, live: Live) -> None:
    pages = brand().bot.channels["pages"].model_copy(update={"address": "https://here.example"})
    bot = live.current.bot
    channels = {**bot.channels, "pages": pages}
    live.change(
        bot=bot.model_copy(update={"channels": channels}),
        content=(item("a", link="https://mp.weixin.qq.com/label"),),
    )
    ours = publisher(store, live)
    await ours.run(START)
    assert await read_value(store, "SELECT count(*) FROM post_link") == 0
    await ours.run(EVENING)
    assert await read_value(store, "SELECT url FROM post_link") == "https://mp.weixin.qq.com/label"
    slot_key = await read_value(store, "SELECT slot_key FROM post_link")
    assert slot_key == await read_value(store, "SELECT key FROM slot")
