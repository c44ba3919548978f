"""The chat page in a real browser, on a stage with a stub bot."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.core.clock import ShiftableClock
from tests.support.browser import note_complaints, open_browser
from tests.unit.simulator.stub_bot import WEBHOOK_KEY, Stage, StubBot, on_stage, showy_answer

pytestmark = pytest.mark.browser


@asynccontextmanager
async def open_page(
    directory: Path, width: int = 1280, height: int = 800
) -> AsyncIterator[tuple[Page, Stage, list[str]]]:
    """The page, its stage, and the list of everything the browser complained about."""
    bot = StubBot()
    bot.answer = showy_answer
    async with (
        open_browser() as driven,
        on_stage(directory, bot=bot, clock=ShiftableClock()) as stage,
    ):
        page = await driven.new_page(viewport={"width": width, "height": height})
        complaints = note_complaints(page)
        await page.goto(str(stage.client.make_url("/sim/")))
        await expect(page.locator("#chat-name")).to_have_text("禾间护肤小屋（4）")
        yield page, stage, complaints
        assert complaints == []


async def test_two_members_talk_and_the_robot_answers(tmp_path: Path) -> None:
    async with open_page(tmp_path) as (page, stage, _):
        await expect(page.locator("#banner")).to_contain_text("模拟平台：不会发送到腾讯")
        await page.get_by_role("radio", name="小鹿").click()
        await page.get_by_role("textbox", name="说点什么").fill("签到")
        await page.keyboard.press("Enter")
        answer = page.locator(".message").last
        await expect(answer).to_contain_text("签到成功，+5 积分")
        await expect(answer.locator("strong").first).to_have_text("+5 积分")
        await expect(answer.locator(".badge")).to_have_text("AI")
        await expect(page.locator(".message.mine")).to_contain_text("@小禾 签到")
        await page.get_by_role("combobox", name="谁在说话").select_option("momo")
        await page.get_by_role("button", name="积分", exact=True).click()
        await expect(page.locator(".message").last.locator("li")).to_have_count(3)
        senders = [message["from"] for message in await stage.messages()]
        assert senders == ["xiaolu", "robot", "momo", "robot"]


async def test_words_without_a_mention_stay_among_people(tmp_path: Path) -> None:
    async with open_page(tmp_path) as (page, stage, _):
        await page.get_by_label("@小禾").uncheck()
        await page.get_by_role("textbox", name="说点什么").fill("今天好冷")
        await page.get_by_role("button", name="发送").click()
        await expect(page.locator(".fate")).to_contain_text("没有 @ 机器人")
        assert stage.bot.letters == []


async def test_a_red_packet_opens_for_whoever_taps_and_for_nobody_else(tmp_path: Path) -> None:
    async with open_page(tmp_path) as (page, _, _):
        await page.get_by_role("radio", name="汤圆").click()
        await page.get_by_role("button", name="发红包 100 10").click()
        packet = page.locator(".card.packet")
        await expect(packet).to_contain_text("汤圆的拼手气红包")
        await page.get_by_role("radio", name="沫沫").click()
        await packet.get_by_role("button", name=re.compile("拆红包")).click()
        await expect(packet).to_contain_text("你抢到了 12 积分")
        await expect(packet.get_by_role("button")).to_have_count(0)
        await page.get_by_role("radio", name="小鹿").click()
        await expect(packet.get_by_role("button")).to_have_count(1)
        await expect(packet).to_contain_text("共 1 人点过")


async def test_a_newcomer_joins_with_a_code_and_leaves(tmp_path: Path) -> None:
    async with open_page(tmp_path) as (page, stage, _):
        await page.get_by_label("新人名字").fill("阿橙")
        await page.get_by_label("邀请码").fill("H3K8Q")
        await page.get_by_role("button", name="入群", exact=True).click()
        await expect(page.locator("#chat-name")).to_have_text("禾间护肤小屋（5）")
        await expect(page.locator(".notice")).to_have_text("阿橙 加入了群聊")
        await expect(page.locator(".message").last).to_contain_text("邀请码 H3K8Q")
        assert stage.bot.letters[-1].json["text"]["content"] == "@小禾 邀请码 H3K8Q"
        await page.get_by_role("button", name="阿橙 退群").click()
        await expect(page.locator("#chat-name")).to_have_text("禾间护肤小屋（4）")


async def test_the_clock_moves_and_shows_where_it_is(tmp_path: Path) -> None:
    async with open_page(tmp_path) as (page, stage, _):
        began = stage.clock.now()
        await page.get_by_role("button", name="+1 天").click()
        await expect(page.locator("#toast")).to_contain_text("时钟拨到了")
        assert stage.clock.now() - began >= timedelta(days=1)
        await page.get_by_role("button", name="到 08:30").click()
        await expect(page.locator("#clock-time")).to_have_text(re.compile(r"08:30:\d\d"))


async def test_private_words_go_to_the_app(tmp_path: Path) -> None:
    async with open_page(tmp_path) as (page, stage, _):
        await page.locator("#private-list").get_by_role("button", name=re.compile("沫沫")).click()
        await page.get_by_role("textbox", name="说点什么").fill("我的数据")
        await page.keyboard.press("Enter")
        await expect(page.locator(".message").last).to_contain_text("收到：我的数据")
        await expect(page.locator("#mention-label")).to_be_hidden()
        assert [message["from"] for message in await stage.private_messages("momo")] == [
            "momo",
            "app",
        ]


async def test_markup_in_messages_stays_text(tmp_path: Path) -> None:
    async with open_page(tmp_path) as (page, stage, complaints):
        evil = "<img src=x onerror=console.log(1)> **<b>x</b>** [点](javascript:alert(1))"
        markdown = {"msgtype": "markdown", "markdown": {"content": evil}}
        await stage.api("webhook/send", markdown, key=WEBHOOK_KEY)
        await stage.say(evil, mention=False)
        await expect(page.locator(".message")).to_have_count(2)
        await expect(page.locator(".message").first).to_contain_text("<img src=x")
        assert await page.locator(".message img, .message b, .message a").count() == 0
        assert complaints == []


async def test_it_works_on_a_phone(tmp_path: Path) -> None:
    async with open_page(tmp_path, 390, 844) as (page, _, _):
        await expect(page.locator("#side")).to_be_hidden()
        await page.get_by_role("button", name="打开面板").click()
        await expect(page.locator("#clock-time")).to_be_visible()
        await page.get_by_role("button", name="收起面板").click()
        await expect(page.locator("#side")).to_be_hidden()
        await page.get_by_role("button", name="签到").click()
        await expect(page.locator(".message").last).to_contain_text("签到成功")
        overflow = "document.documentElement.scrollWidth > window.innerWidth"
        assert await page.evaluate(overflow) is False


async def test_whoever_comes_back_sees_everything_again(tmp_path: Path) -> None:
    async with open_page(tmp_path) as (page, stage, _):
        await stage.say("大家早", mention=False)
        await expect(page.locator(".message")).to_have_count(1)
        await page.reload()
        await expect(page.locator(".message")).to_have_count(1)
        await expect(page.locator("#channels button.bad")).to_have_count(0)
        await expect(page.locator("#channels button")).to_have_count(2)
