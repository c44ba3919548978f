"""Hands on the simulator's page: what a person at the browser does there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.support.browser import note_complaints, open_browser
from tests.unit.simulator.contact.support import Pond, at_the_pond
from tests.unit.simulator.stub_bot import Stage


@asynccontextmanager
async def looking_at(address: str, width: int = 1280, height: int = 800) -> AsyncIterator[Page]:
    """The page of the simulator at ``address``; the browser must not complain about anything."""
    async with open_browser() as driven:
        page = await driven.new_page(viewport={"width": width, "height": height})
        complaints = note_complaints(page)
        await page.goto(f"{address}/sim/")
        await expect(page.locator("#group-list button")).not_to_have_count(0)
        yield page
        assert complaints == []


@asynccontextmanager
async def at_the_page(
    directory: Path, width: int = 1280, height: int = 800
) -> AsyncIterator[tuple[Page, Pond]]:
    """The page before a stage with customers and one customer group, 禾间鱼塘."""
    async with (
        at_the_pond(directory) as pond,
        looking_at(address_of(pond.stage), width, height) as page,
    ):
        yield page, pond


def address_of(stage: Stage) -> str:
    """Where a stage is served."""
    return str(stage.client.make_url("")).rstrip("/")


async def open_group(page: Page, name: str) -> None:
    """Go into a customer group."""
    await page.locator("#customer-group-list").get_by_role("button", name=name).click()
    await expect(page.locator("#chat-name")).to_contain_text(name)


async def open_phone(page: Page, name: str, tab: str = "") -> None:
    """Take somebody's phone, and open one of its chats or pages."""
    await phone(page, name).click()
    await expect(page.locator("#chat-name")).to_have_text(f"{name}的手机")
    if tab:
        await open_tab(page, tab)


async def open_tab(page: Page, name: str) -> None:
    """Open a chat or a page of the phone that is there."""
    await page.locator("#tabs").get_by_role("button", name=name).click()


def phone(page: Page, name: str) -> Locator:
    """Somebody's phone in the list."""
    phones = page.locator("#private-list, #customer-list")
    return phones.get_by_role("button", name=re.compile(f"^{name}"))


async def say(page: Page, text: str) -> None:
    """Write into the chat that is open."""
    await page.get_by_role("textbox", name="说点什么").fill(text)
    await page.keyboard.press("Enter")


def last(page: Page) -> Locator:
    """The newest message of the chat that is open."""
    return page.locator("#messages .message").last
