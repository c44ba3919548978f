"""What the library lacks is told in advance, and nothing is called missing that is not."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedules.agenda import slots_between
from bot.schedules.plan import lay_out
from bot.schedules.records import History, Post
from bot.schedules.slots import Slot
from bot.schedules.supply import Gap, forecast
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.calendar import CalendarFile, PostLimits
from bot.settings.settings import ContentItem

from .support import (
    EVERY_DAY,
    EVERY_KIND,
    GROUP,
    SHANGHAI,
    at,
    calendar,
    item,
    post,
    settings,
    situation,
    slot,
)

NOW = at("2026-12-01 00:00")
TODAY = date(2026, 12, 1)
DAY = timedelta(days=1)
DECEMBER = 31

LESSONS = [slot("09:00", [Kind.LESSON])]
ALL_LESSONS = dict.fromkeys(Kind, 0) | {Kind.LESSON: 100}
ALL_INDUSTRY = dict.fromkeys(Pillar, 0) | {Pillar.INDUSTRY: 100}


def lessons(count: int, **front: object) -> list[ContentItem]:
    return [item(f"l{n}", Kind.LESSON, Pillar.INDUSTRY, **front) for n in range(count)]


def only_lessons(rest: int) -> CalendarFile:
    """A lesson of the pillar industry every day."""
    limits = PostLimits(item_cooldown_days=rest)
    return calendar(LESSONS, limits=limits, pillars=ALL_INDUSTRY, kinds=ALL_LESSONS)


def gaps(
    file: CalendarFile,
    items: Sequence[ContentItem],
    posts: Sequence[Post] = (),
    *,
    now: datetime = NOW,
    days: int = DECEMBER,
) -> tuple[Gap, ...]:
    setting = settings(file, items)
    slots = slots_between(setting, GROUP, now, now + (days - 1) * DAY + timedelta(hours=23))
    return forecast(setting, GROUP, items, posts, slots)


def sentences(found: Sequence[Gap]) -> list[str]:
    return [gap.sentence(TODAY) for gap in found]


def test_a_month_without_enough_items_is_named_with_need_and_supply() -> None:
    found = gaps(only_lessons(31), lessons(25))

    # 31 days, of which the 13th is a day of mourning
    assert sentences(found) == [
        "industry: 5 items missing in December (need 30, 25 are rested)",
        "kind lesson: 5 items missing in December (need 30, 25 are rested)",
    ]


def test_enough_items_lack_nothing() -> None:
    assert gaps(only_lessons(31), lessons(30)) == ()


def test_items_that_rest_less_are_used_more_often_and_fewer_are_missing() -> None:
    industry = gaps(only_lessons(10), lessons(8))[0]

    assert (industry.rested, industry.items) == (25, 2)


def test_what_was_used_lately_is_not_rested() -> None:
    items = lessons(30)
    posts = [post(NOW - 5 * DAY, one) for one in items[:10]]

    found = gaps(only_lessons(40), items, posts)

    assert sentences(found)[0] == "industry: 10 items missing in December (need 30, 20 are rested)"


def test_what_one_month_uses_up_is_missing_in_the_next() -> None:
    found = gaps(only_lessons(60), lessons(40), days=60)

    assert sentences(found)[0] == (
        "industry: 19 items missing in January 2027 (need 29, 10 are rested)"
    )


def test_items_of_another_season_or_group_or_node_day_do_not_help() -> None:
    items = [
        *lessons(29),
        item("spring", Kind.LESSON, Pillar.INDUSTRY, months=(3, 4)),
        item("over", Kind.LESSON, Pillar.INDUSTRY, valid_to=date(2026, 11, 30)),
        item("elsewhere", Kind.LESSON, Pillar.INDUSTRY, groups=("lake",)),
        item("qixi", Kind.LESSON, Pillar.INDUSTRY, node="qixi"),
    ]
    december = item("christmas", Kind.LESSON, Pillar.INDUSTRY, node="christmas")

    assert gaps(only_lessons(31), items)[0].rested == 29
    assert gaps(only_lessons(31), [*items, december]) == ()


def test_a_kind_for_which_the_slots_have_no_room_is_the_calendars_matter() -> None:
    file = calendar(
        [slot("09:00", [Kind.LESSON]), slot("12:00", [Kind.STORY])],
        limits=PostLimits(item_cooldown_days=1),
        pillars=ALL_INDUSTRY,
        kinds=ALL_LESSONS,
    )

    found = gaps(file, [*lessons(1), item("s", Kind.STORY, Pillar.INDUSTRY)])

    assert sentences(found) == [
        "kind lesson: the slots take 30 in December, the mix asks for 60",
    ]


def test_a_pillar_counts_only_as_many_items_of_a_kind_as_slots_take_it() -> None:
    file = calendar(
        [slot("09:00", [Kind.LESSON]), slot("12:00", [Kind.STORY])],
        limits=PostLimits(item_cooldown_days=31),
        pillars=ALL_INDUSTRY,
        kinds=dict.fromkeys(Kind, 20),
    )

    found = [gap for gap in gaps(file, lessons(60)) if gap.name is Pillar.INDUSTRY]

    assert [(gap.needed, gap.rested) for gap in found] == [(60, 30)]


def test_blocked_slots_and_those_of_campaigns_ask_nothing_of_the_library() -> None:
    setting = settings(only_lessons(31), lessons(0))
    taken = Slot("a", GROUP, NOW, (Kind.LESSON,), campaign="double12", item="one")
    blocked = Slot("b", GROUP, NOW, (Kind.LESSON,), blocked="quiet")

    assert forecast(setting, GROUP, (), (), [taken, blocked]) == ()


# ---- against what really happens

_KINDS = st.lists(st.sampled_from(Kind), min_size=1, max_size=3, unique=True)


@st.composite
def libraries(draw: st.DrawFn) -> list[ContentItem]:
    fronts = draw(
        st.lists(
            st.tuples(
                st.sampled_from(Kind),
                st.sampled_from(Pillar),
                st.sampled_from([(), (), (), (12,), (1, 2)]),
                st.sampled_from(["", "", "", "christmas"]),
            ),
            max_size=25,
        )
    )
    return [
        item(f"i{n}", kind, pillar, months=months, node=node)
        for n, (kind, pillar, months, node) in enumerate(fronts)
    ]


@given(
    items=libraries(),
    slots=st.tuples(_KINDS, _KINDS),
    rest=st.integers(1, 40),
    days=st.integers(20, 70),
    used=st.lists(st.tuples(st.integers(0, 24), st.integers(1, 30)), max_size=6),
)
def test_no_plan_has_more_than_the_forecast_says(
    items: list[ContentItem],
    slots: tuple[list[Kind], list[Kind]],
    rest: int,
    days: int,
    used: list[tuple[int, int]],
) -> None:
    """Up to the end of each month, no more is called missing than the real plan is behind."""
    file = calendar(
        [slot("09:00", slots[0]), slot("15:00", slots[1], EVERY_DAY[:5])],
        limits=PostLimits(item_cooldown_days=rest),
    )
    setting = settings(file, items)
    past = sorted((before, n) for n, before in used if n < len(items))
    posts = tuple(post(NOW - before * DAY, items[n]) for before, n in reversed(past))
    until = NOW + days * DAY
    due = [one for one in slots_between(setting, GROUP, NOW, until) if not one.blocked]
    found = forecast(setting, GROUP, items, posts, due)
    plan = lay_out(situation(setting, History(posts=posts, since=NOW)), NOW, days)

    months = sorted({one.due_at.astimezone(SHANGHAI).strftime("%Y-%m") for one in due})
    for name, target in (*file.mix.pillars.items(), *file.mix.kinds.items()):
        behind = missing = 0
        for month in months:
            in_month = [o for o in due if o.due_at.astimezone(SHANGHAI).strftime("%Y-%m") == month]
            wanted = (target * len(in_month) + 50) // 100
            if isinstance(name, Kind):
                wanted = min(wanted, sum(name in one.kinds for one in in_month))
            posted = sum(
                name in (planned.item.front.pillar, planned.item.front.kind)
                for planned in plan.posts
                if planned.item
                and planned.slot.due_at.astimezone(SHANGHAI).strftime("%Y-%m") == month
            )
            behind += max(0, wanted - posted)
            missing += sum(
                min(gap.needed, gap.room) - gap.rested
                for gap in found
                if gap.name is name and gap.month.strftime("%Y-%m") == month
            )
            assert missing <= behind, (name, month)


@given(count=st.integers(0, 6), rest=st.integers(1, 12), days=st.integers(1, 14))
def test_where_every_item_fits_everywhere_the_count_is_exact(
    count: int, rest: int, days: int
) -> None:
    """As many posts as somebody could make who always takes the item that rested longest."""
    free_on = [0] * count
    posted = 0
    for day in range(min(days, 12)):  # the 13th is a day of mourning
        if rested := [n for n in range(count) if free_on[n] <= day]:
            free_on[rested[0]] = day + rest
            posted += 1

    found = [
        gap.rested
        for gap in gaps(only_lessons(rest), lessons(count), days=min(days, 12))
        if gap.name is Pillar.INDUSTRY
    ]

    assert found == ([posted] if posted < min(days, 12) else [])


@pytest.mark.parametrize("kinds", [EVERY_KIND[:1], EVERY_KIND])
def test_a_large_year_is_counted_for_every_pillar_and_kind(kinds: Sequence[Kind]) -> None:
    file = calendar([slot("09:00", kinds)], limits=PostLimits(item_cooldown_days=28))

    found = gaps(file, [], days=365)

    assert Counter(gap.name for gap in found) == Counter(
        name for name in (*Pillar, *Kind) for _ in range(12)
    )
