"""The page of the posts in a real browser: it is one file, it fits, and nothing complains."""

from pathlib import Path

import pytest
from playwright.async_api import ViewportSize

from bot.reports.page import render_page
from bot.reports.posts import PostFigures
from bot.reports.report import Period, report_on
from bot.settings.schema.base import Kind, Pillar
from tests.support.brand import brand
from tests.support.browser import note_complaints, open_browser
from tests.support.events import GROUP
from tests.unit.reports.support import DAY, START, figures

pytestmark = pytest.mark.browser

DESK, PHONE = ViewportSize(width=1180, height=900), ViewportSize(width=390, height=844)


def month() -> list[PostFigures]:
    """Two posts a day of all pillars and kinds, some liked and some not."""
    pillars, kinds = list(Pillar), list(Kind)
    return [
        figures(
            half / 2,
            group_key=GROUP,
            pillar=pillars[half % 4],
            kind=kinds[half % 5],
            title="换季泛红，先看这两样：成分表大体按含量从高到低排",
            speakers=3 + half * 7 % 11,
            clicks=half % 6,
            leaves=half % 9 // 7,
        )
        for half in range(56)
    ]


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
async def test_the_page_opens_from_a_file_and_fits_the_screen(
    tmp_path: Path, screen: ViewportSize
) -> None:
    settings, period = brand(), Period(START, START + 28.5 * DAY, (GROUP,))
    file = tmp_path / "posts.html"
    file.write_text(render_page(report_on(settings, period, month()), settings), encoding="utf-8")
    async with open_browser() as browser:
        page = await browser.new_page(viewport=screen)
        complaints = note_complaints(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto(file.as_uri())

        wide = await page.evaluate("document.documentElement.scrollWidth")
        columns = await page.locator("svg rect.p-user").count()

        assert wide <= screen["width"]
        assert columns == 14
        assert await page.locator("article h3").count() == 6
        assert asked == [file.as_uri()]
        assert complaints == []
