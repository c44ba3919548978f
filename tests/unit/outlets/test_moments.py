"""Which item is due when: times of the week, a mix of its own, limits, and days that are silent."""

from collections import Counter
from datetime import timedelta

import pytest

from bot.outlets.moments import Draft, Gap, MomentTime, Past, decide, lay_out, times_between
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.outlets import Delivery
from bot.settings.settings import ContentItem
from tests.support.brand import brand

from .support import DAY, NOON, SHANGHAI, START, at, day, fitted, item, library, rules

CALENDAR = brand().calendar


def noon(text: str = "2026-11-24", deliver: Delivery = Delivery.COPY) -> MomentTime:
    return MomentTime(f"{text}/12:30", at(f"{text} 12:30"), day(text), deliver)


def plan(items: tuple[ContentItem, ...], days: int = 14, **changes: object) -> list[Draft | Gap]:
    moments = rules(**changes)
    times = times_between(moments, SHANGHAI, START, START + days * DAY)
    shelf = fitted(items)
    return lay_out(times, lambda _: shelf, (), moments=moments, calendar=CALENDAR)


def drafts(planned: list[Draft | Gap]) -> list[Draft]:
    return [one for one in planned if isinstance(one, Draft)]


def choose(*items: ContentItem, past: tuple[Past, ...] = (), **changes: object) -> Draft | Gap:
    return decide(noon(), fitted(items), past, moments=rules(**changes), calendar=CALENDAR)


def given(key: str, on: str, pillar: str = "user", *, sells: bool = False) -> Past:
    return Past(day(on), key, pillar, sells, company=False)


def test_the_times_of_a_week_come_in_order_after_now_and_up_to_the_end() -> None:
    times = list(times_between(rules(), SHANGHAI, NOON, NOON + 4 * DAY))
    assert [time.key for time in times] == [
        "2026-11-25/12:30",
        "2026-11-26/12:30",
        "2026-11-27/12:30",
        "2026-11-27/20:30",
        "2026-11-28/12:30",
    ]
    assert [time.deliver for time in times][3] is Delivery.COMPANY
    assert times[0].due_at == NOON + DAY


def test_two_weeks_are_laid_out_with_a_draft_for_each_time() -> None:
    planned = drafts(plan(library()))
    assert len(planned) == 16
    assert len({one.item.key for one in planned}) == 16
    assert all(isinstance(one.pillar, Pillar) for one in planned)


def test_the_mix_of_twenty_drafts_is_the_target_itself() -> None:
    planned = drafts(plan(library(20), days=60))
    for first in range(len(planned) - 20):
        window = Counter(one.pillar for one in planned[first : first + 20])
        assert window == {
            Pillar.PRODUCT: 6,
            Pillar.BRAND: 3,
            Pillar.INDUSTRY: 5,
            Pillar.USER: 6,
        }


def test_no_more_than_three_of_ten_sell() -> None:
    selling = tuple(
        item(f"{pillar}-{number}", pillar, Kind.PRODUCT)
        for pillar in Pillar
        for number in range(20)
    )
    planned = plan(selling, days=25)
    assert sum(isinstance(one, Draft) for one in planned[:20]) == 6
    assert all("no item fits" in one.reason for one in planned[6:20])


def test_two_that_sell_do_not_follow_each_other_while_there_is_another() -> None:
    quiet, loud = item("b", Pillar.PRODUCT, Kind.LESSON), item("a", Pillar.PRODUCT, Kind.PRODUCT)
    before = (given("x", "2026-11-23", sells=True),)
    chosen = choose(loud, quiet, past=before)
    assert isinstance(chosen, Draft)
    assert chosen.item.key == "b"


def test_an_item_rests_before_it_comes_again() -> None:
    rested = choose(item("a"), past=(given("a", "2026-10-27"),))
    assert isinstance(rested, Draft)
    tired = choose(item("a"), past=(given("a", "2026-10-28"),))
    assert tired == Gap(
        noon(), "no item fits: add files to content/, or shorten item_cooldown_days"
    )


def test_what_is_used_longest_ago_comes_first() -> None:
    past = (given("a", "2026-09-01"), given("b", "2026-08-01"), given("a", "2026-08-15"))
    ordered = sorted(past, key=lambda one: one.on)
    chosen = choose(item("a"), item("b"), past=tuple(ordered))
    assert isinstance(chosen, Draft)
    assert chosen.item.key == "b"


def test_an_item_of_a_node_day_comes_on_that_day_and_before_others() -> None:
    christmas = item("c", node="christmas")
    assert isinstance(choose(christmas), Gap)
    time = noon("2026-12-25")
    chosen = decide(time, fitted([item("a"), christmas]), (), moments=rules(), calendar=CALENDAR)
    assert isinstance(chosen, Draft)
    assert chosen.item.key == "c"
    assert chosen.reason.startswith("made for christmas")


def test_nothing_appears_on_a_day_of_mourning() -> None:
    time = noon("2026-12-13")
    decided = decide(time, fitted(library()), (), moments=rules(), calendar=CALENDAR)
    assert isinstance(decided, Gap)
    assert "mourning" in decided.reason


def test_a_day_takes_only_so_many() -> None:
    past = (given("x", "2026-11-24"),)
    assert isinstance(choose(item("a"), past=past, most_a_day=2), Draft)
    assert choose(item("a"), past=past, most_a_day=1) == Gap(
        noon(), "there are 1 drafts on this day already"
    )


@pytest.mark.parametrize(
    "other",
    [
        item("a", groups=("hejian",)),
        item("a", rollout="10%"),
        item("a", kind=Kind.RED_PACKET),
        item("a", months=(7,)),
        item("a", valid_to="2026-11-23"),
    ],
)
def test_what_is_for_some_groups_or_for_another_time_does_not_appear(other: ContentItem) -> None:
    assert isinstance(choose(other), Gap)


def test_customers_are_given_only_so_many_tasks_a_month_the_rest_is_copy() -> None:
    company = noon(deliver=Delivery.COMPANY)
    shelf, moments = fitted(library()), rules(company_a_month=2)
    past = [Past(day(f"2026-11-0{n}"), f"x{n}", "user", sells=False, company=True) for n in (1, 2)]
    decided = decide(company, shelf, past[:1], moments=moments, calendar=CALENDAR)
    assert decided.time.deliver is Delivery.COMPANY
    decided = decide(company, shelf, past, moments=moments, calendar=CALENDAR)
    assert (decided.time.deliver, decided.time.key) == (Delivery.COPY, company.key)
    before = [Past(one.on - timedelta(days=31), *_rest(one)) for one in past]
    decided = decide(company, shelf, before, moments=moments, calendar=CALENDAR)
    assert decided.time.deliver is Delivery.COMPANY


def _rest(one: Past) -> tuple[str, str, bool, bool]:
    return one.item, one.pillar, one.sells, one.company


def test_a_draft_has_nine_pictures_at_most() -> None:
    chosen = choose(item("a", pictures=tuple(f"pictures/{n}.png" for n in range(9))))
    assert isinstance(chosen, Draft)
    assert len(chosen.pictures) == 9


def test_what_the_library_lacks_is_told_in_the_reason() -> None:
    only_users = tuple(one for one in library(20) if one.front.pillar is Pillar.USER)
    planned = drafts(plan(only_users, days=14))
    assert any("lack items" in one.reason for one in planned)
    assert len(planned) == 16
