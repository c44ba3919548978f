"""The page of a dry run in a real browser: it stands alone, shows its days, and fits a phone."""

from pathlib import Path

import pytest

from tests.support.browser import note_complaints, open_browser
from tests.unit.cli.test_campaign import EXAMPLE, NOW, dry_run

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [1400, 390])
async def test_the_dry_run_is_a_timeline_that_needs_nothing_else(
    tmp_path: Path, width: int
) -> None:
    file = tmp_path / "dry.html"
    assert dry_run(EXAMPLE, "--at", NOW, "--page", str(file)) == 0

    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": width, "height": 900}, offline=True)
        complaints = note_complaints(page)
        await page.goto(file.as_uri())

        assert await page.locator("h1").inner_text() == "双十二冷静清单 · dry run"
        assert await page.locator(".time .day").count() == 11
        assert await page.locator(".time .day.t0").inner_text() == "T0\n12-12 sat\n双12"
        assert "国家公祭日" in await page.locator(".time .day.solemn").inner_text()
        assert await page.locator(".chip").count() == 10
        assert await page.evaluate(OVERFLOW) == 0
        assert complaints == []
