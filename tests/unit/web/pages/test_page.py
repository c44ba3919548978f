"""The page as it is served: whose it is, what it may load, and that nobody writes markup in it."""

import re
from collections.abc import AsyncIterator

import pytest

from bot.store.db import Store
from tests.support.brand import Live, brand
from tests.support.customers import POND
from tests.support.pages import CUSTOMER, Town, open_town, with_pages, without_pages


@pytest.fixture
async def town(store: Store) -> AsyncIterator[Town]:
    async with open_town(store) as opened:
        yield opened


async def test_the_page_names_the_group_and_offers_the_commands(town: Town) -> None:
    page = await (await town.member()).get(f"/m/{POND}")

    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<h1>池塘</h1>" in page.text
    assert "小禾" in page.text
    buttons = re.findall(r'<button type="button">(.+?)</button>', page.text)
    assert buttons == [
        *("签到", "签到日历", "抢红包", "抽奖", "积分"),
        *("商城", "排行", "邀请", "我的数据", "帮助"),
    ]
    assert f'data-act="/m/{POND}/act"' in page.text
    assert CUSTOMER not in page.text


async def test_names_from_the_configuration_are_text_and_never_markup(store: Store) -> None:
    evil = "<script>alert('x')</script>\" onload=\"y $act"
    settings = with_pages(brand())
    groups = [
        group.model_copy(update={"name": evil}) if group.key == POND else group
        for group in settings.bot.groups
    ]
    live = Live(settings)
    live.change(
        bot=settings.bot.model_copy(update={"groups": tuple(groups)}),
        persona=settings.persona.model_copy(update={"name": evil, "label": evil}),
    )
    async with open_town(store, live=live) as town:
        browser = await town.member()
        page = await browser.get(f"/m/{POND}")
        refused = await (await town.browser()).get(f"/m/{POND}/login")

        assert (page.status, refused.status) == (200, 403)
        for text in (page.text, refused.text):
            assert "alert" in text
            assert "<script>" not in text
            assert '" onload' not in text
            assert "alert('" not in text


async def test_the_page_loads_our_own_files_alone_and_runs_nothing_inline(town: Town) -> None:
    browser = await town.member()
    stranger = await town.browser()
    page = await browser.get(f"/m/{POND}")
    answers = [
        page,
        await stranger.get(f"/m/{POND}"),
        await stranger.get(f"/m/{POND}/login"),
        await browser.act(text="积分"),
        await stranger.act(text="积分"),
        await browser.get("/m/nowhere"),
        await browser.get("/m/-/page.js"),
    ]

    for answer in answers:
        policy = dict(
            part.strip().split(" ", 1)
            for part in answer.headers["Content-Security-Policy"].split(";")
        )
        assert policy.pop("default-src") == "'none'"
        assert policy.pop("frame-ancestors") == policy.pop("base-uri") == "'none'"
        assert policy.pop("form-action") == "'none'"
        assert policy.pop("img-src") == "data:", "pictures come inside our own answers"
        assert set(policy.values()) == {"'self'"}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", page.text)


async def test_every_file_that_a_page_names_is_there_and_no_other(town: Town) -> None:
    browser = await town.member()
    page = await browser.get(f"/m/{POND}")
    named = set(re.findall(r'(?:src|href)="([^"]+)"', page.text))

    assert named == {"/m/-/page.css", "/m/-/page.js"}
    kinds = {path: (await browser.get(path)).headers["Content-Type"] for path in named}
    assert kinds == {
        "/m/-/page.css": "text/css; charset=utf-8",
        "/m/-/page.js": "text/javascript; charset=utf-8",
    }
    for name in ("page.html", "notice.html", "..%2Fmember_pages.py", "%2e%2e", "", "page.js%00"):
        assert (await browser.get(f"/m/-/{name}")).status == 404


@pytest.mark.parametrize("path", ["/m/nowhere", "/m/nowhere/login", "/m/Pond", "/m/-", "/m/"])
async def test_a_group_that_there_is_not_has_no_page(town: Town, path: str) -> None:
    browser = await town.member()

    assert (await browser.get(path)).status == 404
    assert (await browser.act("nowhere", text="签到")).status == 404


async def test_without_a_channel_for_pages_there_are_none(store: Store) -> None:
    async with open_town(store) as town:
        town.pipeline.live.current = without_pages(town.pipeline.live.current)

        assert (await (await town.browser()).get(f"/m/{POND}")).status == 404
