"""The simulator's page beyond the chats: customer groups, media, boxes, the drill, one's place."""

import base64
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from playwright.async_api import expect

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
from tests.unit.simulator.stub_bot import AGENT_ID, Letter, Stage, StubBot, on_stage, settings

pytestmark = pytest.mark.browser

PICTURE, PICTURE_WIDTH = (CONFIG / "pictures" / "rice-window.png").read_bytes(), 720
AT_THE_END = """() => {
  const list = document.getElementById("messages");
  const loaded = Array.from(list.querySelectorAll("img"), (picture) => picture.naturalWidth > 0);
  return loaded.every(Boolean) && list.scrollHeight - list.scrollTop - list.clientHeight < 2;
}"""
WIDEST = """Math.max(document.documentElement.scrollWidth, ...Array.from(
  document.querySelectorAll("#chat-head, #tabs, #page, #page *, #messages, #composer"),
  (node) => node.getBoundingClientRect().right))"""
"""How far the middle of the page reaches to the right, in pixels."""


# ---- customer groups


async def test_nobody_hears_what_is_said_in_a_customer_group(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        await open_group(page, "禾间鱼塘")
        await expect(page.locator("#chat-note")).to_contain_text("程序听不到群里的话")
        await page.get_by_role("radio", name="路路").click()
        await expect(page.locator("#mention-label")).to_be_hidden()
        await say(page, "大家好")
        await expect(last(page).locator(".badge")).to_have_text("微信")
        await expect(last(page).locator(".fate")).to_have_text("程序听不到这里的话")
        assert pond.stage.bot.letters == []


async def test_customers_come_by_a_join_way_or_invited_and_leave(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        way = {"scene": 2, "chat_id_list": ["wrPOND"], "state": "spring", "remark": "春季海报"}
        await pond.ok("groupchat/add_join_way", **way)
        await open_group(page, "禾间鱼塘")
        await page.get_by_label("入群的人").select_option(label="娜娜（微信）")
        await page.get_by_label("怎么进来").select_option(label="入群方式 春季海报")
        await page.get_by_role("button", name="入群", exact=True).click()
        nana = page.locator(".member", has_text="娜娜")
        await expect(nana).to_contain_text("入群方式 spring")

        await page.get_by_label("新人名字").fill("阿橙")
        await page.get_by_label("怎么进来").select_option(label="汤圆 邀请")
        await page.get_by_role("button", name="入群", exact=True).click()
        await expect(page.locator(".member", has_text="阿橙")).to_contain_text("汤圆 邀请")

        await page.get_by_role("button", name="娜娜 退群").click()
        await expect(nana).to_have_count(0)
        await expect(page.locator(".notice").last).to_have_text("娜娜 离开了群聊")


async def test_a_link_to_a_groups_page_opens_as_whoever_reads_it(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        here = address_of(pond.stage)
        said = {"from": "tangyuan", "text": f"签到 {here}/m/pond，别忘了 https://example.com/m/x"}
        await pond.act("POST", "groups/pond/messages", said)
        await open_group(page, "禾间鱼塘")
        await page.get_by_role("radio", name="路路").click()
        link = last(page).get_by_role("link", name=f"{here}/m/pond")
        await expect(link).to_have_attribute("href", f"{here}/m/pond")
        opener = last(page).get_by_role("link", name="以路路打开")
        await expect(opener).to_have_count(1)
        await expect(opener).to_have_attribute("href", f"{here}/sim/as/wmLULU?to=%2Fm%2Fpond")


# ---- what chats can hold


def ask(letter: Letter) -> dict[str, Any] | None:
    """A card with a question for words, nothing for anything else."""
    if letter.json["msgtype"] != "text":
        return None
    options = [{"id": "hill", "text": "爬山"}, {"id": "sea", "text": "看海"}]
    card = {
        "card_type": "vote_interaction",
        "main_title": {"title": "周末去哪"},
        "task_id": "vote-1",
        "checkbox": {"question_key": "where", "mode": 0, "option_list": options},
        "submit_button": {"text": "投票", "key": "vote"},
    }
    return {"msgtype": "template_card", "template_card": card}


async def test_a_card_asks_and_the_bot_is_told_what_was_chosen(tmp_path: Path) -> None:
    bot = StubBot()
    bot.answer = ask
    async with on_stage(tmp_path, bot=bot) as stage, looking_at(address_of(stage)) as page:
        await say(page, "去哪")
        await page.get_by_label("请选一项").select_option("看海")
        await stage.say("我也想知道", who="momo", mention=False)
        await expect(last(page)).to_contain_text("我也想知道")
        await page.get_by_role("button", name="投票").click()
        await expect(page.locator("#log")).to_contain_text("点击卡片")
        tapped = bot.letters[-1].json["event"]["template_card_event"]
        (chosen,) = tapped["selected_items"]["selected_item"]
        assert chosen["option_ids"]["option_id"] == ["sea"]


async def test_pictures_files_and_quotes_are_shown(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage, looking_at(address_of(stage)) as page:
        path = "groups/garden/messages"
        await stage.post(path, {"from": "momo", "media": [medium("image", "窗.png", PICTURE)]})
        await stage.post(path, {"from": "momo", "media": [medium("file", "成分.txt", b"words")]})
        await stage.post(path, {"from": "xiaolu", "text": "好看", "quote": 1, "mention": False})
        picture = page.locator(".message img")
        await expect(picture).to_have_js_property("naturalWidth", PICTURE_WIDTH)
        file = page.get_by_role("link", name="成分.txt")
        content = await stage.client.get(str(await file.get_attribute("href")))
        assert await content.read() == b"words"
        await expect(page.locator(".quoted")).to_have_text("沫沫：[图片] 窗.png")


def medium(kind: str, name: str, content: bytes) -> dict[str, str]:
    return {"kind": kind, "name": name, "data": base64.b64encode(content).decode()}


async def test_whoever_reads_above_is_told_of_news_and_stays_there(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage, looking_at(address_of(stage)) as page:
        path, picture = "groups/garden/messages", medium("image", "窗.png", PICTURE)
        for _ in range(6):
            await stage.post(path, {"from": "momo", "media": [picture]})
        messages = page.locator("#messages")
        await expect(page.locator(".message")).to_have_count(6)
        await page.wait_for_function(AT_THE_END)
        await messages.evaluate("list => { list.scrollTop = 40; }")
        await stage.post(path, {"from": "momo", "media": [picture]})
        news = page.get_by_role("button", name="有新消息")
        await expect(news).to_be_visible()
        await expect(messages).to_have_js_property("scrollTop", 40)
        await news.click()
        await page.wait_for_function(AT_THE_END)


async def test_articles_lead_to_their_pages(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage, looking_at(address_of(stage)) as page:
        articles = [
            {"title": "看成分", "description": "五分钟", "url": "https://example.com/1"},
            {"title": "看防晒", "url": "https://example.com/2"},
        ]
        body = {"msgtype": "news", "news": {"articles": articles}, "touser": "momo"}
        await stage.api("message/send", {**body, "agentid": AGENT_ID})
        await open_phone(page, "沫沫")
        links = page.locator(".news a")
        await expect(links).to_have_text(["看成分", "看防晒"])
        await expect(links.last).to_have_attribute("href", "https://example.com/2")


async def test_a_message_that_is_taken_back_leaves_a_line(tmp_path: Path) -> None:
    async with on_stage(tmp_path) as stage, looking_at(address_of(stage)) as page:
        body = {"touser": "momo", "msgtype": "text", "text": {"content": "发错了"}}
        sent = await stage.api("message/send", {**body, "agentid": AGENT_ID})
        await expect(phone(page, "沫沫").locator(".unread")).to_have_text("1")
        await open_phone(page, "沫沫")
        await expect(last(page)).to_contain_text("发错了")
        await stage.api("message/recall", {"msgid": sent["msgid"]})
        await expect(page.locator(".notice")).to_have_text("禾间 撤回了一条消息")
        await expect(page.locator(".message")).to_have_count(0)


# ---- boxes and the drill


async def test_mail_comes_newest_first_and_is_there_after_a_reload(tmp_path: Path) -> None:
    mail = {"kind": "email", "host": "simulator", "security": "none", "sender": "news@x.example"}
    file = settings(channels={**settings().model_dump()["channels"], "mail": mail})
    async with on_stage(tmp_path, file=file) as stage, looking_at(address_of(stage)) as page:
        await send_mail(stage, "第一封")
        await expect(page.locator("#room-foot .unread")).to_have_text("1")
        await page.get_by_role("button", name="收件箱").click()
        await expect(page.locator("#room-foot .unread")).to_have_count(0)
        await send_mail(stage, "第二封")
        titles = page.locator(".letter h4")
        await expect(titles).to_have_text(["第二封", "第一封"])
        await page.reload()
        await expect(titles).to_have_text(["第二封", "第一封"])
        await open_tab(page, "短信")
        await expect(page.locator("#page")).to_have_text("还没有人收到短信。")


async def send_mail(stage: Stage, subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "news@x.example", "yue@y.example", subject
    mail["Date"], mail["Message-ID"] = "Mon, 23 Nov 2026 09:00:00 +0800", "<1@x.example>"
    mail.set_content("好东西要来了")
    host, port = stage.simulator.mail_address
    await aiosmtplib.send(mail, hostname=host, port=port, start_tls=False)


async def test_a_drill_is_asked_for_and_counted(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        await page.get_by_role("button", name="演练").click()
        await page.get_by_label("事件丢失").fill("100")
        await page.get_by_role("button", name="应用").click()
        await expect(page.locator("#room-foot .task-count")).to_have_text("进行中")
        await pond.act("POST", "groups/pond/members", {"user_id": "wmNANA"})
        count = page.locator('[data-count="lost"]')
        await expect(count).to_have_text("2 / 2")  # one event for each of the two apps
        await page.reload()
        await expect(page.get_by_label("事件丢失")).to_have_value("100")
        await expect(count).to_have_text("2 / 2")
        await page.get_by_role("button", name="全部归零").click()
        await expect(page.locator("#room-foot .task-count")).to_have_count(0)


async def test_what_is_being_typed_into_the_drill_stays_while_counts_change(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, pond):
        await pond.act("PUT", "faults", {"lost_percent": 100})
        await page.reload()
        await page.get_by_role("button", name="演练").click()
        await page.get_by_label("系统繁忙").fill("37")
        await pond.act("POST", "groups/pond/members", {"user_id": "wmNANA"})
        await expect(page.locator('[data-count="lost"]')).to_have_text("2 / 2")
        await expect(page.get_by_label("系统繁忙")).to_have_value("37")


# ---- where one is


async def test_a_reload_comes_back_to_the_same_place(tmp_path: Path) -> None:
    async with at_the_page(tmp_path) as (page, _):
        await open_group(page, "禾间鱼塘")
        await page.get_by_role("radio", name="阿云").click()
        await page.reload()
        await expect(page.get_by_role("combobox", name="谁在说话")).to_have_value("ayun")
        await open_phone(page, "路路", "汤圆")
        await page.reload()
        await expect(page.locator("#chat-name")).to_have_text("路路的手机")
        await expect(page.locator("#chat-note")).to_contain_text("与 汤圆 的微信私聊")


async def test_everything_fits_a_phone(tmp_path: Path) -> None:
    async with at_the_page(tmp_path, 390, 844) as (page, pond):
        task = {"chat_type": "group", "sender": "tangyuan", "text": {"content": "今晚八点上新"}}
        await pond.ok("add_msg_template", **task)
        for place in ("汤圆", "路路", "收件箱", "演练", "禾间鱼塘"):
            await page.get_by_role("button", name="打开会话").click()
            await page.locator("#rooms").get_by_role("button", name=place).first.click()
            await expect(page.locator("#rooms")).to_be_hidden()
            assert await page.evaluate(WIDEST) <= 390, place
