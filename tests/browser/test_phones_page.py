"""People's phones on the simulator's page: mass sends, friends, accounts, customer service."""

import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import expect

from bot.channels.xml import write_xml
from tests.scenario.town import town as product
from tests.support.settings import CONFIG
from tests.support.stage_page import (
    address_of,
    at_the_page,
    last,
    looking_at,
    open_group,
    open_phone,
    open_tab,
    phone,
    say,
)
from tests.unit.simulator.account.town import YUE, TownBot, in_town, open_id
from tests.unit.simulator.service.desk import at_desk
from tests.unit.simulator.stub_bot import Letter

pytestmark = pytest.mark.browser

PICTURE, PICTURE_WIDTH = (CONFIG / "pictures" / "rice-window.png").read_bytes(), 720
TO_GROUP: dict[str, Any] = {
    "chat_type": "group",
    "sender": "tangyuan",
    "chat_id_list": ["wrPOND"],
    "text": {"content": "今晚八点上新"},
}


# ---- the journey of a post, in the whole product


async def test_a_scheduled_post_waits_on_the_owners_phone_until_he_sends_it(tmp_path: Path) -> None:
    async with product(tmp_path) as place, looking_at(place.app.address) as page:
        await page.get_by_role("button", name="到 08:30").click()
        count = phone(page, "汤圆").locator(".task-count")
        await expect(count).to_have_text("群发 1")
        await open_phone(page, "汤圆", "应用")
        card = page.locator(".card")
        await expect(card).to_contain_text("待你确认：发到「禾间好友群」")
        await expect(card.get_by_role("button")).to_have_text("这条不发了")

        await open_tab(page, "群发助手")
        task = page.locator("article.task")
        await expect(task).to_contain_text("禾间好友群")
        beginning = (await task.locator(".bubble p").first.inner_text())[:12]
        await task.get_by_role("button", name="发送").click()
        await expect(page.locator("#toast")).to_have_text("已发到 禾间好友群")
        await expect(task.locator(".task-state")).to_have_text("已发送")
        await expect(task.locator(".targets")).to_contain_text("已送达")
        await expect(count).to_have_count(0)

        await open_group(page, "禾间好友群")
        await expect(last(page)).to_contain_text(beginning)
        await expect(last(page).locator(".who")).to_contain_text("汤圆")

        await place.pass_time(minutes=3)
        await open_phone(page, "汤圆", "应用")
        await expect(card).to_contain_text("已经发到「禾间好友群」")
        await expect(card.get_by_role("button")).to_have_count(0)


async def test_what_the_owner_declines_on_the_card_leaves_his_phone(tmp_path: Path) -> None:
    async with product(tmp_path) as place, looking_at(place.app.address) as page:
        await place.pass_time(hours=1.5)
        await open_phone(page, "汤圆", "应用")
        await page.locator(".card").get_by_role("button", name="这条不发了").click()
        await expect(page.locator(".card")).to_contain_text("这条不发，我去撤下来")
        await place.pass_time(minutes=3)
        await open_tab(page, "群发助手")
        await expect(page.locator(".task-state")).to_have_text("已取消")
        answer = await place.call("GET", "/groups/friends/messages")
        assert answer["messages"] == []


async def test_a_groups_page_opens_as_whoever_is_speaking(tmp_path: Path) -> None:
    async with product(tmp_path) as place, looking_at(place.app.address) as page:
        await open_group(page, "禾间好友群")
        for name in ("月月", "汤圆"):  # the second one takes the browser over from the first
            await page.get_by_role("radio", name=re.compile(f"^{name}")).click()
            async with page.context.expect_page() as opening:
                await page.get_by_role("link", name="群页面").click()
            theirs = await opening.value
            await theirs.get_by_role("button", name="我的数据").click()
            await expect(theirs.locator(".bubble").last).to_contain_text(f"{name}，")
            await theirs.close()


async def test_a_phone_opens_where_it_was_left(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, _):
        await open_phone(page, "汤圆", "群发助手")
        await open_group(page, "禾间鱼塘")
        await open_phone(page, "汤圆")
        await expect(page.locator('#tabs [aria-current="true"]')).to_have_text("群发助手")
        await expect(page.locator("#page")).to_contain_text("没有等着发送的群发")


# ---- mass sends


async def test_a_mass_send_brings_its_picture_into_the_group(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        image = {"msgtype": "image", "image": {"media_id": await pond.upload(body=PICTURE)}}
        await pond.ok("add_msg_template", **TO_GROUP, attachments=[image])
        await open_phone(page, "汤圆", "群发助手")
        task = page.locator("article.task")
        await expect(task.locator("img")).to_have_js_property("naturalWidth", PICTURE_WIDTH)
        await task.get_by_role("button", name="发送").click()
        await open_group(page, "禾间鱼塘")
        await expect(last(page).locator("img")).to_have_js_property("naturalWidth", PICTURE_WIDTH)


async def test_an_employee_chooses_who_gets_it_where_he_may(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        who = {"external_userid": ["wmLULU", "wmMIMI"], "allow_select": True}
        words = {"text": {"content": "给你留了一支小样"}}
        await pond.ok("add_msg_template", sender="tangyuan", **who, **words)
        await open_phone(page, "汤圆", "群发助手")
        task = page.locator("article.task")
        await task.get_by_role("listitem").filter(has_text="米米").get_by_role("checkbox").uncheck()
        await task.get_by_role("button", name="发送").click()
        await expect(task.locator(".targets li", has_text="路路")).to_contain_text("已送达")
        assert await pond.private_words("wmLULU", "tangyuan") == ["给你留了一支小样"]
        assert await pond.private_words("wmMIMI", "tangyuan") == []


async def test_an_ignored_task_is_no_longer_counted_and_can_still_be_sent(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        await pond.ok("add_msg_template", **TO_GROUP)
        count = phone(page, "汤圆").locator(".task-count")
        await expect(count).to_have_text("群发 1")
        await open_phone(page, "汤圆", "群发助手")
        await page.get_by_role("button", name="忽略").click()
        await expect(count).to_have_count(0)
        await page.locator("article.task").get_by_role("button", name="发送").click()
        await expect(page.locator(".task-state")).to_have_text("已发送")
        assert await pond.words() == ["今晚八点上新"]


# ---- Moments


async def test_a_moment_waits_on_the_phone_until_its_employee_publishes_it(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        who = {"visible_range": {"sender_list": {"user_list": ["tangyuan"]}}}
        image = {"msgtype": "image", "image": {"media_id": await pond.upload_attachment(PICTURE)}}
        words = {"text": {"content": "今天聊聊防晒"}}
        await pond.ok("add_moment_task", **who, **words, attachments=[image])
        await pond.later(5)
        await open_phone(page, "汤圆", "群发助手")
        moment = page.locator("article.moment")
        await expect(moment).to_contain_text("今天聊聊防晒")
        await expect(moment.locator("img")).to_have_js_property("naturalWidth", PICTURE_WIDTH)
        await moment.get_by_role("button", name="发表").click()
        await expect(page.locator("#toast")).to_have_text("已发表，2 位客户看得到")
        await expect(moment.locator(".task-state")).to_have_text("已发表")
        await expect(moment.get_by_role("button")).to_have_count(0)


# ---- friends


async def test_a_customer_adds_an_employee_and_they_talk(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        way = {"type": 1, "scene": 2, "user": ["ayun"], "state": "box", "remark": "包裹卡"}
        await pond.ok("add_contact_way", **way)
        await open_phone(page, "娜娜")
        await page.get_by_role("button", name="包裹卡").click()
        await expect(page.locator(".row-line", has_text="阿云")).to_contain_text("来源 box")
        await open_tab(page, "阿云")
        await say(page, "我的小样呢")
        await expect(page.locator(".message.mine")).to_contain_text("我的小样呢")

        await open_phone(page, "阿云", "娜娜")
        await expect(last(page)).to_contain_text("我的小样呢")
        await say(page, "在路上")
        await expect(page.locator(".message.mine")).to_contain_text("在路上")
        assert await pond.private_words("wmNANA", "ayun") == ["我的小样呢", "在路上"]


async def test_a_new_customer_has_a_phone_of_his_own(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        await page.get_by_label("新客户的名字").fill("阿橙")
        await page.keyboard.press("Enter")
        await expect(page.locator("#chat-name")).to_have_text("阿橙的手机")
        await page.get_by_role("button", name="＋ 汤圆").click()
        await expect(page.locator(".row-line", has_text="汤圆")).to_contain_text("好友")
        assert (await pond.event()).value("ChangeType") == "add_external_contact"


# ---- accounts and customer service


def greeting(letter: Letter) -> web.Response:
    """What an account says to whatever it is told, in plain mode."""
    fields = (
        ("ToUserName", letter.xml.value("FromUserName")),
        ("FromUserName", letter.xml.value("ToUserName")),
        ("CreateTime", 1),
        ("MsgType", "text"),
        ("Content", "欢迎关注"),
    )
    return web.Response(text=write_xml(fields), content_type="application/xml")


async def test_a_customer_follows_writes_and_stops_following(tmp_path: Path) -> None:
    bot = TownBot("plain")
    bot.answer = greeting
    async with (
        in_town(tmp_path, bot=bot, followers=()) as town,
        looking_at(address_of(town.stage)) as page,
    ):
        await open_phone(page, "月月")
        box = page.locator(".box", has_text="公众号")
        await box.get_by_role("button", name="关注", exact=True).click()
        await box.get_by_role("button", name="聊天").click()
        await expect(last(page)).to_contain_text("欢迎关注")
        await expect(last(page).locator(".badge")).to_have_text("公众号")
        await say(page, "在吗")
        await expect(page.locator(".message")).to_have_count(3)
        await open_tab(page, "发现")
        await box.get_by_role("button", name="取消关注").click()
        await expect(box).to_contain_text("没有关注")


async def test_an_entry_of_a_menu_message_is_said_when_it_is_tapped(tmp_path: Path) -> None:
    async with in_town(tmp_path) as town, looking_at(address_of(town.stage)) as page:
        entries = [{"id": "1", "content": "很满意"}, {"id": "2", "content": "不满意"}]
        menu = {"head_content": "您对服务满意吗", "list": entries, "tail_content": "谢谢"}
        body = {"touser": open_id(YUE), "msgtype": "msgmenu", "msgmenu": menu}
        assert await town.code_of("message/custom/send", body) == 0
        await open_phone(page, "月月", "公众号")
        await expect(last(page)).to_contain_text("您对服务满意吗")
        await last(page).get_by_role("button", name="不满意").click()
        await expect(page.locator(".message.mine")).to_contain_text("不满意")
        assert town.bot.last("bizmsgmenuid") == "2"


async def test_a_servicer_takes_a_customer_out_of_the_queue(tmp_path: Path) -> None:
    async with at_desk(tmp_path) as desk, looking_at(address_of(desk.stage)) as page:
        await open_phone(page, "月月")
        await page.get_by_role("button", name="联系客服").first.click()
        await say(page, "找人工")
        await expect(page.locator(".message.mine")).to_have_count(1)
        await desk.change(2)
        await open_phone(page, "阿云", "月月")
        await page.get_by_role("button", name="接入").click()
        await expect(page.locator("#chat-acts button")).to_have_text("结束会话")
        await say(page, "我来了")
        await expect(page.locator(".message.mine")).to_contain_text("我来了")
        await page.get_by_role("button", name="结束会话").click()
        await expect(page.locator("#chat-acts button")).to_have_count(0)
        assert await desk.words() == ["找人工", "我来了"]
