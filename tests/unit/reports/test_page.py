"""The page and the lines of a report: everything is told, nothing is fetched, nothing is markup."""

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.core.ids import GroupKey
from bot.reports.charts import Cell, Column, Span, columns, heat, spans
from bot.reports.page import KINDS, MEASURES, PILLARS, render_page
from bot.reports.posts import Measure, PostFigures
from bot.reports.report import Period, Report, report_on
from bot.reports.text import render_text
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.experiments import Experiment, Outcome
from bot.settings.settings import Settings
from tests.support.brand import brand

from .support import DAY, START, figures

GROUP = GroupKey("hejian")
EXPERIMENT = Experiment(
    key="opening",
    items=("item",),
    measure=Outcome.SPEAKERS,
    starts=date(2026, 11, 2),
    ends=date(2026, 11, 30),
)
NOW = START + 20.5 * DAY


def month(*posts: PostFigures) -> list[PostFigures]:
    """Twenty plain posts, one that stood out well and one that did badly, and ``posts``."""
    plain = [figures(day, group_key=GROUP, speakers=5) for day in range(18)]
    good = figures(18, group_key=GROUP, title="好题目", speakers=14, is_new=True)
    bad = figures(19, group_key=GROUP, title="坏题目", leaves=4, left_soon=3)
    return [*plain, good, bad, *posts]


def report(posts: list[PostFigures], settings: Settings, **parts: Any) -> Report:
    given = {"since": START, "now": NOW, "groups": (GROUP,), "experiments": (EXPERIMENT,)}
    return report_on(settings, Period(**{**given, **parts}), posts)


def page(posts: list[PostFigures], settings: Settings | None = None) -> str:
    settings = settings or brand()
    return render_page(report(posts, settings), settings)


def lines(posts: list[PostFigures]) -> str:
    return "\n".join(render_text(report(posts, brand()), brand()))


class Tags(HTMLParser):
    """All tags with their attributes; an element that is not closed is a mistake."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_tells_what_was_best_and_worst_and_why() -> None:
    text = re.sub(r"<[^>]+>", "|", page(month()))

    best, worst = text.index("最好的几条"), text.index("最差的几条")
    assert "好题目" in text[best:worst]
    assert re.search(r"开口 \|14\|，平时 5", text[best:worst])
    assert "头一次发" in text[best:worst]
    assert re.search(r"坏题目.*离开 \|4\|，平时 0.*3 人在两小时内离开", text[worst:], re.DOTALL)


def test_the_page_is_whole_and_fetches_nothing() -> None:
    text = page(month())
    tags = Tags(text)

    assert tags.open == []
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in tags.found}
    assert not re.search(r"https?://|url\(", text)
    assert {tag for tag, _ in tags.found} >= {"svg", "rect", "circle", "table", "article"}


def test_what_operators_and_members_wrote_is_text_and_never_markup() -> None:
    evil = "<script>alert(1)</script>\"'&"
    settings = brand()
    named = settings.bot.model_copy(
        update={"brand": settings.bot.brand.model_copy(update={"name": evil})}
    )
    posts = month(figures(20, group_key=GROUP, title=evil, pillar=evil, kind=evil, variant=evil))

    text = page(posts, replace(settings, bot=named))

    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert Tags(text).open == []


def test_a_figure_of_few_posts_is_marked_as_a_hint() -> None:
    few, many = page(month()), page([figures(day / 2, group_key=GROUP) for day in range(40)])

    assert 'class="about"' in few
    assert 'class="hint"' not in many.replace("svg .hint", "")
    assert "p-industry fact" in many
    assert "p-industry hint" in few


def test_a_running_experiment_shows_no_figures() -> None:
    text = page(month(figures(20, group_key=GROUP, variant="b")))

    assert "到期前不看胜负" in text
    assert "更好" not in text.replace("最好", "")


def test_a_time_without_posts_has_a_page_too() -> None:
    assert Tags(page([])).open == []
    assert "都和平时差不多" in page([])


def test_every_pillar_kind_and_measure_has_a_name() -> None:
    assert list(PILLARS) == list(Pillar)
    assert list(KINDS) == list(Kind)
    assert list(MEASURES) == list(Measure)


def test_the_lines_tell_the_same() -> None:
    text = lines(month())

    assert re.search(r"11-20 08:30 hejian, industry lesson, new item: 好题目\n +14 speakers", text)
    assert "14 speakers against 5 (usual: median of 18 posts of the same hour and kind)" in text
    assert "4 leaves against 0; 3 left within 2 h" in text
    assert "Fission step: 20 of 20 posts" in text
    assert "opening: runs until 2026-11-30, 20 posts so far" in text
    assert "~54 (" in text, "18 posts of 5, one of 14, one of 5: 109 in 2,000 views"


def test_a_post_without_a_step_is_named_in_both() -> None:
    bare = figures(20, group_key=GROUP, step="", key="hejian/bare")

    assert "without: hejian/bare" in lines(month(bare))
    assert "hejian/bare" in page(month(bare))


def test_lines_of_nothing_say_so() -> None:
    assert lines([]).endswith("none")


# ---- charts


def test_columns_stand_in_one_scale_above_and_below_the_line() -> None:
    chart = columns([Column("11-02", "title", {"p-user": 10, "p-brand": 10}, 5)])

    tall = [float(found) for found in re.findall(r'<rect[^>]* height="([\d.]+)"', chart)]
    assert tall == [95.0, 95.0, 47.5]  # the scale ends at 20, which is 190 high


def test_an_interval_that_is_far_too_wide_is_cut_off_at_three_times_the_most() -> None:
    (row,) = re.findall(
        r'<line class="span k" x1="([\d.]+)" x2="([\d.]+)"',
        spans([Span("x", "k", 10, 0, 900, True, "")]),
    )

    assert [float(end) for end in row] == [80.0, 350.0]


def test_the_strongest_cell_is_the_darkest_and_a_missing_one_is_empty() -> None:
    chart = heat(["a", "b"], ["1"], [Cell(0, 0, 5.0, "five")])

    assert 'fill-opacity="1.00"' in chart
    assert chart.count('class="empty"') == 1


@pytest.mark.parametrize("chart", [columns([]), spans([]), heat([], [], [])])
def test_nothing_is_no_chart(chart: str) -> None:
    assert chart == ""
