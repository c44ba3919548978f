"""The members' page in a real browser, in front of the program's own handlers."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, Route, expect

from bot.core.ids import UserId
from bot.core.messages import Text
from bot.members.roster import MoveKind
from bot.pipeline import worker as worker_module
from bot.pipeline.context import Context, Outcome, Reply
from bot.pipeline.routing import Route as PipelineRoute
from bot.pipeline.routing import command
from bot.settings.schema.commands import CommandName
from bot.store.db import Store
from bot.web.pages.member_pages import TICKET_LIFE
from tests.support.brand import Live, brand
from tests.support.browser import note_complaints, open_browser
from tests.support.customers import POND
from tests.support.events import SECOND
from tests.support.pages import CUSTOMER, OWNER, Town, member_routes, open_town, with_pages
from tests.support.pipeline import texts_of
from tests.support.stores import open_store, read_value

pytestmark = pytest.mark.browser

PATIENCE_MS, PAUSE_MS = 90_000, 1_500
"""As page.js has them."""


@dataclass
class Phone:
    """A member's telephone with the page open. ``complaints`` are the browser's."""

    page: Page
    town: Town
    store: Store
    complaints: list[str]

    @property
    def bubbles(self) -> Locator:
        return self.page.locator(".bubble")

    @property
    def last(self) -> Locator:
        return self.bubbles.last

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def say(self, text: str) -> None:
        await self.page.get_by_role("textbox", name="想说的话").fill(text)
        await self.page.keyboard.press("Enter")

    async def become(self, user: UserId) -> None:
        """The telephone is handed to somebody else, who opens the page anew."""
        self.town.login.at_hand = user
        await self.page.context.clear_cookies()
        await self.open()

    async def open(self) -> None:
        await self.page.goto(f"{self.town.base}/m/{POND}")
        await expect(self.page.get_by_role("heading", name="池塘")).to_be_visible()

    async def count(self, table: str) -> object:
        return await read_value(self.store, f"SELECT count(*) FROM {table}")

    async def overflows(self) -> bool:
        """Whether anything is wider than the screen."""
        script = """[document.documentElement, ...document.querySelectorAll("body *")].some(
          (node) => node.scrollWidth > Math.max(node.clientWidth, node.offsetWidth))"""
        found: bool = await self.page.evaluate(script)
        return found


@asynccontextmanager
async def open_phone(
    directory: Path, *routes: PipelineRoute, user: UserId = CUSTOMER
) -> AsyncIterator[Phone]:
    """The page of the customer group on the telephone of one of its members."""
    live = Live(with_pages(brand()))
    async with open_store(directory) as store, open_browser() as driven:
        every = (*routes, *member_routes(store, live))
        async with open_town(store, every, live) as town:
            for member in (OWNER, CUSTOMER):
                await town.pipeline.join(member, MoveKind.FOUND, group=POND)
            town.login.at_hand = user
            page = await driven.new_page(viewport={"width": 390, "height": 844})
            phone = Phone(page, town, store, note_complaints(page))
            await phone.open()
            yield phone
            assert phone.complaints == []


class Slow:
    """A handler that answers when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.asked = 0

    async def handle(self, context: Context) -> Outcome:
        del context
        self.asked += 1
        await self.let.wait()
        return Reply(Text("等到了"))

    def route(self) -> PipelineRoute:
        return command(CommandName.POINTS, self.handle)


def saying(text: str) -> PipelineRoute:
    """A handler that answers 积分 with ``text``."""

    async def handle(context: Context) -> Outcome:
        del context
        return Reply(Text(text))

    return command(CommandName.POINTS, handle)


async def test_a_member_checks_in_by_a_button_and_asks_by_words(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        await phone.button("签到").click()
        await expect(phone.page.locator(".mine")).to_have_text("签到")
        await expect(phone.last).to_contain_text("10")
        await phone.say("你是机器人吗")
        await expect(phone.page.locator(".mine").last).to_have_text("你是机器人吗")
        await expect(phone.last).to_contain_text("AI")
        await expect(phone.page.get_by_role("textbox")).to_have_value("")
        assert await phone.count("checkin") == 1
        assert not await phone.overflows()


async def test_a_picture_is_shown_beneath_its_words(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        await phone.button("签到日历").click()
        picture = phone.last.locator("img")
        await expect(picture).to_be_visible()
        assert await picture.evaluate("(image) => image.complete && image.naturalWidth > 0")
        await expect(phone.last).to_contain_text("11 月")
        assert not await phone.overflows()


async def test_nothing_is_sent_for_no_words(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        await phone.say("   ")
        await phone.button("发送").click()

        await expect(phone.bubbles).to_have_count(1)
        assert await phone.count("inbox") == 0


async def test_a_slow_answer_is_waited_for_and_nothing_else_is_sent_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "ANSWER_SECONDS", 0.01)
    slow = Slow()
    async with open_phone(tmp_path, slow.route()) as phone:
        await phone.page.clock.install()
        await phone.button("积分").click()
        words = texts_of(phone.town.pipeline, "answer.waiting")
        await expect(phone.last).to_have_text(re.compile("|".join(words)))
        for name in ("签到", "积分", "发送"):
            await expect(phone.button(name)).to_be_disabled()
        await phone.say("还在吗")
        await expect(phone.page.get_by_role("textbox")).to_have_value("还在吗")
        await expect(phone.bubbles).to_have_count(3)

        slow.let.set()
        await phone.town.pipeline.worker.idle()
        await phone.page.clock.run_for(PAUSE_MS)
        await expect(phone.last).to_have_text("等到了")
        await expect(phone.button("积分")).to_be_enabled()
        assert slow.asked == 1


async def test_a_lost_answer_is_fetched_by_the_same_act(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        bodies: list[str | None] = []

        async def lose_the_first(route: Route) -> None:
            bodies.append(route.request.post_data)
            if len(bodies) > 1:
                await route.continue_()
                return
            await route.fetch()
            await route.abort()

        await phone.page.route("**/act", lose_the_first)
        await phone.button("签到").click()

        await expect(phone.last).to_contain_text("10")
        assert len(bodies) == 2
        assert bodies[0] == bodies[1]
        assert await phone.count("inbox") == await phone.count("checkin") == 1
        assert phone.complaints.pop().startswith("Failed to load resource")


async def test_who_waits_in_vain_is_told_and_may_try_the_same_act_again(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        bodies, is_down = list[str | None](), True

        async def refuse(route: Route) -> None:
            bodies.append(route.request.post_data)
            if is_down:
                await route.fulfill(status=503, json={"error": "忙"})
            else:
                await route.continue_()

        await phone.page.clock.install()
        await phone.page.route("**/act", refuse)
        await phone.button("签到").click()
        while await phone.page.locator(".trouble").count() == 0:
            await phone.page.clock.run_for(PATIENCE_MS // 10)
        await expect(phone.last).to_contain_text("还没等到回音")
        is_down = False
        await phone.button("再试一次").click()

        await expect(phone.last).to_contain_text("10")
        await expect(phone.page.locator(".trouble")).to_have_count(0)
        assert len(bodies) > 10
        assert len(set(bodies)) == 1
        assert await phone.count("inbox") == 1
        assert all("503" in phone.complaints.pop() for _ in phone.complaints[:])


async def test_when_the_ticket_is_over_the_page_logs_in_again(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        phone.town.pipeline.clock.advance(TICKET_LIFE + SECOND)
        async with phone.page.expect_navigation():
            await phone.button("签到").click()

        await expect(phone.bubbles).to_have_count(1)
        assert len(phone.town.login.asked) == 2
        await phone.button("签到").click()
        await expect(phone.last).to_contain_text("10")
        assert "401" in phone.complaints.pop()


async def test_an_owner_opens_a_packet_and_a_member_takes_a_share(tmp_path: Path) -> None:
    async with open_phone(tmp_path, user=OWNER) as phone:
        await phone.say("发红包 10 2 普通")
        await expect(phone.last).to_contain_text("确认")
        await phone.say("确认")
        await expect(phone.last.get_by_role("heading")).to_contain_text(OWNER)
        await phone.last.get_by_role("button", name="抢红包").click()
        await expect(phone.last).to_contain_text("5 分")
        await expect(phone.page.locator(".bubble button")).to_be_disabled()
        await expect(phone.button("签到")).to_be_enabled()
        await phone.become(CUSTOMER)
        await phone.button("抢红包").click()
        await expect(phone.last).to_contain_text("5 分")
        await phone.say("抢")
        await expect(phone.page.locator(".mine")).to_have_count(2)
        await expect(phone.last).not_to_contain_text("……")
        assert await phone.count("packet_claim") == 2


async def test_words_are_never_markup_and_addresses_are_links(tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)><b>粗</b>"
    text = f"{evil} javascript:alert(2) 看 https://a.example/b?c=1&copy=%20，还有（http://q.example/码）。"
    async with open_phone(tmp_path, saying(text)) as phone:
        await phone.say(f"{evil} https://mine.example")
        await expect(phone.page.locator(".mine")).to_contain_text("<b>粗</b>")
        await phone.button("积分").click()
        await expect(phone.last).to_have_text(text)
        links = await phone.page.locator(".bubble a").evaluate_all(
            "links => links.map(link => [link.textContent, link.getAttribute('href')])"
        )
        addresses = [
            "https://mine.example",
            "https://a.example/b?c=1&copy=%20",
            "http://q.example/码",
        ]
        assert links == [[address, address] for address in addresses]
        assert await phone.page.locator(".bubble img, .bubble b").count() == 0


async def test_long_words_and_long_answers_stay_on_the_screen(tmp_path: Path) -> None:
    text = "长" * 400 + "\n" + "w" * 400 + "\nhttps://a.example/" + "x" * 300
    async with open_phone(tmp_path, saying(text)) as phone:
        await phone.button("积分").click()
        await expect(phone.last).to_have_text(text)
        assert not await phone.overflows()
        await expect(phone.page.get_by_role("textbox")).to_be_in_viewport()
        await expect(phone.button("签到")).to_be_in_viewport()
        await expect(phone.last).to_be_in_viewport()


CONTRASTS = """() => {
  const light = (colour) => {
    const parts = colour.match(/[\\d.]+/g).map(Number);
    if (parts.length > 3 && parts[3] < 1) throw new Error(`${colour} is not opaque`);
    const [r, g, b] = parts.slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    const colour = getComputedStyle(node).backgroundColor;
    return colour === "rgba(0, 0, 0, 0)" ? ground(node.parentElement) : colour;
  };
  const spoken = [...document.querySelectorAll("body *")].filter(
    (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim())
  ).filter((node) => node.offsetHeight && !node.disabled);
  const shown = spoken.map((node) => [node.textContent, getComputedStyle(node).color, node]);
  const field = document.querySelector("input");
  shown.push([field.placeholder, getComputedStyle(field, "::placeholder").color, field]);
  return shown.map(([words, colour, node]) => {
    const pair = [light(colour), light(ground(node))].sort((a, b) => b - a);
    return [words, (pair[0] + 0.05) / (pair[1] + 0.05)];
  });
}"""


async def test_who_taps_by_the_keyboard_stays_where_he_was(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        await phone.button("积分").focus()
        await phone.page.keyboard.press("Enter")

        await expect(phone.last).to_contain_text("0")
        await expect(phone.button("积分")).to_be_focused()
        await phone.say("你是谁")
        await expect(phone.page.get_by_role("textbox")).to_be_focused()


async def unreadable(phone: Phone) -> list[tuple[str, float]]:
    """What is on the screen in too little contrast, with its ratio."""
    contrasts = await phone.page.evaluate(CONTRASTS)
    assert len(contrasts) > 5
    return [(words, ratio) for words, ratio in contrasts if ratio < 4.5]


async def test_everything_can_be_read(tmp_path: Path) -> None:
    async with open_phone(tmp_path, saying("看 https://a.example")) as phone:
        await phone.button("积分").click()
        await expect(phone.last).to_contain_text("看")
        assert await unreadable(phone) == []

        async def wait(route: Route) -> None:
            await route.fulfill(json={"state": "waiting", "answer": {"text": "稍等"}})

        await phone.page.route("**/act", wait)
        await phone.button("签到").click()
        await expect(phone.last).to_have_text("稍等")
        assert await unreadable(phone) == []

    async with open_phone(tmp_path) as phone:

        async def refuse(route: Route) -> None:
            await route.fulfill(status=400, json={"error": "不行"})

        await phone.page.route("**/act", refuse)
        await phone.button("签到").click()
        await expect(phone.last).to_have_text("不行")
        assert await unreadable(phone) == []
        assert "400" in phone.complaints.pop()


async def test_everything_has_a_name_and_can_be_reached(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        await expect(phone.page.get_by_role("log", name="对话")).to_be_visible()
        await expect(phone.page.get_by_role("navigation", name="常用")).to_be_visible()
        for button in await phone.page.get_by_role("button").all():
            box = await button.bounding_box()
            assert box is not None
            assert box["height"] >= 44
        await phone.page.get_by_role("textbox", name="想说的话").focus()
        await phone.page.keyboard.press("Tab")
        await expect(phone.button("发送")).to_be_focused()


async def test_a_visitor_whom_nobody_knows_gets_words_and_a_way_back(tmp_path: Path) -> None:
    async with open_phone(tmp_path) as phone:
        await phone.page.context.clear_cookies()
        await phone.page.goto(f"{phone.town.base}/m/{POND}/login")
        await expect(phone.page.locator("p")).to_contain_text("请再打开一次")
        assert not await phone.overflows()
        await phone.page.get_by_role("link", name="再试一次").click()
        await expect(phone.button("签到")).to_be_visible()
        assert "403" in phone.complaints.pop()
