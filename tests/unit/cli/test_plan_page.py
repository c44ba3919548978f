"""``python -m bot plan --page``: every slot, as members will see it, and nothing from elsewhere."""

import argparse
import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.cli import plan
from bot.cli.plan_page import GroupPlan, plan_page
from bot.schedules.edits import Edit
from bot.schedules.plan import lay_out
from bot.schedules.rendering import Renderer
from bot.settings.pages import Pages
from bot.settings.schema.calendar import Approval
from bot.settings.settings import ContentItem, Settings
from tests.support.browser import note_complaints, open_browser
from tests.support.settings import CONFIG, example_settings
from tests.unit.schedules.support import Live, at, item, settings, situation

NOW = "2026-12-01T09:00"
START = at("2026-12-01 09:00")


def call(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    plan.add_parser(parser.add_subparsers())
    given = parser.parse_args(["plan", "--config", str(CONFIG), "--at", NOW, *arguments])
    code: int = given.run(given)
    return code


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The example brand's page on a day before 双十二."""
    folder = tmp_path_factory.mktemp("page")
    assert call("--data-dir", str(folder), "--page", str(folder / "plan.html")) == 0
    return (folder / "plan.html").read_text(encoding="utf-8")


def page_of(given: Settings, *, days: int = 2, **parts: Any) -> str:
    """The page of one small group."""
    where = situation(given, **parts)
    renderer = Renderer(_Plain(), Pages(Live(given), ""))
    one = GroupPlan(where, lay_out(where, START, days), members=87)
    return plan_page(given, [one], renderer, now=START, days=days)


class _Plain:
    """Says a template by its name."""

    def say(self, template: str, /, *, scope: str, **_: object) -> str:
        del scope
        return template

    def speaking_as(self, persona: object) -> "_Plain":
        del persona
        return self


def test_every_slot_of_every_group_is_on_it_with_its_time_title_and_reason(page: str) -> None:
    given = example_settings()
    for group in given.bot.groups:
        if not group.scheduled:
            continue
        where = replace(situation(given), group=group)
        section = next(part for part in page.split("<section>") if f">{group.name}</h2>" in part)
        posts = lay_out(where, datetime.fromisoformat(NOW).replace(tzinfo=given.zone)).posts
        assert section.count("<details") == len(posts) > 14
        for post in posts:
            at = post.slot.due_at.astimezone(given.zone)
            assert f"<time>{at:%H:%M}</time>" in section
            assert post.reason in unescape(section)
            if post.item:
                assert f"<b>{post.item.front.title}</b>" in unescape(section)
                assert post.item.text.strip().split("\n")[0] in unescape(section)


def test_campaigns_with_their_phase_node_days_and_the_mix_are_on_it(page: str) -> None:
    for words in ("双十二冷静清单 T-7", "双十二冷静清单 T0", "国家公祭日，静默", "<svg", "目标"):
        assert words in page
    assert page.count("<svg") == 4


def test_pictures_are_inside_and_nothing_is_asked_of_other_places(page: str) -> None:
    assert 'src="data:image/png;base64,' in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page


def test_in_a_customer_group_the_employees_card_stands_before_the_post(page: str) -> None:
    friends = page.split("<section>")[2]
    assert "待你确认：发到「禾间好友群」" in friends
    assert "这条不发了" in friends
    assert "/r/" in friends
    assert "待你确认" not in page.split("<section>")[1]


def test_what_people_write_is_shown_and_never_run() -> None:
    evil = '<img src=x onerror=alert(1)> & "quotes"'
    one = item("a", evidence=evil)
    front = one.front.model_copy(update={"title": evil})
    shown = page_of(settings(content=[ContentItem("a", front, f"words {evil}")]))
    assert "<img" not in shown
    assert shown.count("&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot;") >= 3


def test_an_empty_slot_says_why_when_it_is_opened_and_what_lacks_is_listed() -> None:
    shown = page_of(settings(content=[]))
    assert shown.count("<b>不发</b>") == 4
    assert "no story item (none in the library)" in shown
    assert "内容库还缺" in shown


def test_what_is_settled_stands_on_the_card() -> None:
    given = settings()
    keys = [post.slot.key for post in lay_out(situation(given), START, 2).posts]
    story = next(one.key for one in given.content if one.front.kind == "story")
    swapped = Edit(keys[0], 1, story, edited_by="owner-1", edited_at=START)
    assert "owner-1 换过" in page_of(given, edits={keys[0]: swapped})
    pinned = replace(swapped, is_pinned=True)
    assert "owner-1 定住" in page_of(given, edits={keys[0]: pinned})
    approval = Approval(by=("boss", "chief"))
    asking = replace(given, calendar=given.calendar.model_copy(update={"approval": approval}))
    assert page_of(asking).count("等 boss、chief 批准") == 4


def test_the_number_of_members_stands_where_a_text_asks_for_it() -> None:
    counted = ContentItem("a", item("a").front, "我们有 {members} 个人")
    assert "我们有 87 个人" in page_of(settings(content=[counted]))


def test_a_file_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "no folder" / "plan.html"
    assert call("--data-dir", str(tmp_path), "--page", str(file)) == 1
    assert f"{file} cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("width", [1200, 400])
async def test_a_card_opens_in_a_browser_and_the_page_fits(
    page: str, tmp_path: Path, width: int
) -> None:
    file = tmp_path / "plan.html"
    file.write_text(page, encoding="utf-8")
    async with open_browser() as browser:
        shown = await browser.new_page(viewport={"width": width, "height": 900})
        complaints = note_complaints(shown)
        await shown.goto(file.as_uri())
        card = shown.locator("details:has(img)").first
        assert not await card.locator("img").is_visible()
        await card.locator("summary").click()
        assert await card.locator("img").is_visible()
        assert await shown.evaluate("document.documentElement.scrollWidth") == width
        assert complaints == []


def test_the_days_begin_on_monday() -> None:
    """2026-12-01 is a Tuesday: one place is left empty before it."""
    shown = page_of(settings(), days=7)
    assert shown.count('<div class="empty"></div>') == 1
    last = START + timedelta(days=7)
    assert f"<b>{last:%m-%d}</b>" in shown
