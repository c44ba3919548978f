"""Articles and scripts: from the items of a week, with what an editor has to know on top."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.outlets import account, video
from bot.outlets.account import Article
from bot.outlets.video import HOOK_CHARACTERS, HOOK_SECONDS, Script
from bot.outlets.weeks import Week, items_of, weeks_of
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.outlets import OutletsFile
from bot.settings.settings import ContentItem, Settings
from tests.support.brand import brand

from .support import item

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
TEXT = (
    "温水洗脸就够了，水太烫皮肤会绷。洗完轻轻按干，别来回搓。面霜趁有点潮的时候涂。\n你用几度的水？"
)
RULES: dict[str, Any] = {
    "group_words": ["群"],
    "account": {
        "notice": "草稿，改过再发",
        "items": 2,
        "title_characters": 20,
        "digest_characters": 12,
        "themes": [
            {"pillar": "industry", "name": "课堂", "opening": "开头。", "closing": "结尾。"},
            {"pillar": "brand", "name": "手记", "opening": "开头。", "closing": "结尾。"},
        ],
    },
    "video": {
        "notice": "草稿，拍之前先改",
        "ai_label": "标“内容由 AI 生成”",
        "scripts": 2,
        "seconds": 45,
        "shots": [
            {"pillar": "industry", "scenes": ["手", "瓶", "脸"], "hashtags": ["护肤", "课堂"]},
            {"pillar": "user", "scenes": ["台", "杯", "窗"]},
        ],
    },
}


def lessons(count: int, **front: Any) -> tuple[ContentItem, ...]:
    return tuple(
        item(f"l{n}", Pillar.INDUSTRY, Kind.LESSON, f"{n}：{TEXT}", **front) for n in range(count)
    )


def company(*content: ContentItem, **changes: Any) -> Settings:
    outlets = OutletsFile.model_validate({**RULES, **changes})
    return replace(brand(), content=content or lessons(4), outlets=outlets)


def article(*content: ContentItem) -> Article:
    found = account.articles(company(*content), TUESDAY, 1)
    return found[0]


def script(*content: ContentItem) -> Script:
    return video.scripts(company(*content), TUESDAY, 1)[0]


def test_days_touch_weeks_that_begin_on_mondays() -> None:
    assert [week.first for week in weeks_of(TUESDAY, 6)] == [MONDAY]
    assert [week.first for week in weeks_of(TUESDAY, 7)] == [MONDAY, date(2026, 11, 30)]


def test_neighbouring_weeks_share_no_item_while_there_are_enough() -> None:
    settings = company(*lessons(6))
    keys = [
        [one.item.key for one in items_of(settings, week, Pillar.INDUSTRY, 2)]
        for week in weeks_of(TUESDAY, 21)
    ]
    assert len({key for week in keys for key in week}) == 6


def test_an_item_is_not_in_a_week_twice_when_there_are_few() -> None:
    found = items_of(company(*lessons(1)), Week(MONDAY), Pillar.INDUSTRY, 4)
    assert [one.item.key for one in found] == ["l0"]


def test_items_of_a_node_day_come_first_in_its_week_and_in_no_other() -> None:
    thanks = item("z", Pillar.INDUSTRY, Kind.LESSON, TEXT, node="thanksgiving")
    settings = company(*lessons(4), thanks)
    found = [
        [one.item.key for one in items_of(settings, week, Pillar.INDUSTRY, 2)]
        for week in weeks_of(TUESDAY, 14)
    ]
    assert found[0][0] == "z"
    assert "z" not in [key for week in found[1:] for key in week]


@pytest.mark.parametrize(
    "other",
    [
        item("a", Pillar.INDUSTRY, Kind.ACTIVITY, TEXT),
        item("a", Pillar.INDUSTRY, Kind.RED_PACKET, TEXT),
        item("a", Pillar.INDUSTRY, Kind.LESSON, TEXT, groups=("hejian",)),
        item("a", Pillar.INDUSTRY, Kind.LESSON, f"群里说过，{TEXT}"),
        item("a", Pillar.INDUSTRY, Kind.LESSON, TEXT, months=(7,)),
    ],
)
def test_what_belongs_to_groups_or_to_another_season_is_in_no_draft(other: ContentItem) -> None:
    assert account.articles(company(other), TUESDAY, 7) == ()
    assert video.scripts(company(other), TUESDAY, 7) == ()


def test_there_is_an_article_a_week_for_each_theme_that_has_items() -> None:
    names = [one.name for one in account.articles(company(*lessons(6)), TUESDAY, 14)]
    assert names == ["2026-11-23-industry", "2026-11-30-industry", "2026-12-07-industry"]


def test_an_article_says_first_that_it_is_a_draft() -> None:
    found = article()
    assert account.as_html(found).startswith("<blockquote>草稿，改过再发</blockquote>\n")
    assert account.as_markdown(found).split("\n")[2] == "> 草稿，改过再发"


def test_an_article_keeps_the_limits_of_title_and_digest() -> None:
    found = article(item("长" * 40, Pillar.INDUSTRY, Kind.LESSON, TEXT))
    assert found.title == f"课堂：《{'长' * 15}…"
    assert found.digest == f"{TEXT[:11]}…"


def test_the_html_holds_paragraphs_headings_and_quotes_only_and_nothing_raw() -> None:
    html = account.as_html(
        article(item("a", Pillar.INDUSTRY, Kind.LESSON, f"1 < 2 & 3 > 2，这是数学。{TEXT}"))
    )
    assert set(re.findall(r"</?([a-z0-9]+)", html)) == {"blockquote", "h2", "p"}
    assert "1 &lt; 2 &amp; 3 &gt; 2" in html


def test_an_article_tells_its_editor_what_it_rests_on() -> None:
    found = article(item("a", Pillar.INDUSTRY, Kind.LESSON, TEXT, evidence="GB 5296.3"))
    assert found.notes == ("a: GB 5296.3",)
    assert "- a: GB 5296.3" in account.as_markdown(found)
    assert "GB 5296.3" not in account.as_html(found)
    silent = article(item("b", Pillar.INDUSTRY, Kind.LESSON, TEXT.replace("？", "。")))
    assert silent.notes == ("b: no evidence named", "no question to readers: add one")


def test_an_editor_is_told_of_words_that_need_a_look() -> None:
    hasty = item("a", Pillar.INDUSTRY, Kind.LESSON, f"最后一天，{TEXT}")
    assert any("最后一天" in note for note in article(hasty).notes)


def test_what_sells_is_marked_in_the_title_of_an_article() -> None:
    assert article(*lessons(1, promotion=True)).title.startswith("【广告】课堂")


def test_the_cover_is_a_picture_of_the_library_if_there_is_one() -> None:
    assert article(*lessons(1, pictures=("pictures/rice.png",))).cover == "pictures/rice.png"
    assert article(*lessons(1)).cover == "a picture for 《l0》"


def test_a_script_opens_in_three_seconds_shows_three_scenes_and_asks_at_the_end() -> None:
    found = script()
    assert 0 < len(found.hook) <= HOOK_CHARACTERS
    assert [(scene.first_second, scene.last_second) for scene in found.scenes] == [
        (HOOK_SECONDS, 17),
        (17, 31),
        (31, 45),
    ]
    assert [scene.picture for scene in found.scenes] == ["手", "瓶", "脸"]
    assert found.closing == "你用几度的水？"
    assert found.hashtags == ("护肤", "课堂")
    text = video.as_markdown(found)
    assert "> 草稿，拍之前先改" in text
    assert "标“内容由 AI 生成”" in text


def test_a_script_says_the_words_of_its_item_and_no_others() -> None:
    found = script(item("a", Pillar.INDUSTRY, Kind.LESSON, TEXT))
    assert "".join(scene.spoken for scene in found.scenes) + f"\n{found.closing}" == TEXT


@pytest.mark.parametrize(
    "body",
    [
        "温水洗脸就够了，水太烫皮肤会绷，洗完轻轻按干，面霜趁有点潮的时候涂上去。",
        "温水洗脸就够了，水太烫皮肤会绷。洗完轻轻按干，面霜趁有点潮的时候涂上去。",
    ],
)
def test_a_short_text_is_cut_where_one_breathes_so_that_no_scene_is_silent(body: str) -> None:
    found = script(item("a", Pillar.INDUSTRY, Kind.LESSON, f"{body}\n你用几度的水？"))
    assert all(scene.spoken for scene in found.scenes)
    assert "".join(scene.spoken for scene in found.scenes) == body


def test_lines_on_the_screen_are_short() -> None:
    most = 14
    for scene in script().scenes:
        assert 0 < len(scene.on_screen) <= most


def test_scripts_of_a_week_take_turns_between_pillars() -> None:
    users = tuple(item(f"u{n}", Pillar.USER, Kind.STORY, TEXT) for n in range(3))
    found = video.scripts(company(*lessons(3), *users), TUESDAY, 1)
    assert len(found) == 2
    assert [one.scenes[0].picture for one in found] == ["手", "台"]


def test_a_film_that_sells_is_named_so_with_what_has_to_be_shown() -> None:
    found = script(*lessons(1, promotion=True))
    assert found.title.startswith("【广告】")
    assert any("广告" in note for note in found.notes)


def test_drafts_are_the_same_whoever_asks() -> None:
    assert account.articles(company(), TUESDAY, 14) == account.articles(company(), TUESDAY, 14)
    assert video.scripts(company(), TUESDAY, 14) == video.scripts(company(), TUESDAY, 14)


def test_without_a_section_there_are_no_drafts() -> None:
    nothing = company(account=None, video=None)
    assert account.articles(nothing, TUESDAY, 14) == ()
    assert video.scripts(nothing, TUESDAY, 14) == ()
