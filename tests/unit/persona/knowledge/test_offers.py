"""Did you mean: a number within ten minutes, in the same conversation, from the same person."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.persona.knowledge.base import Hit
from bot.persona.knowledge.offers import MOST_OFFERS, OFFER_LASTS, Offers

from .support import entry

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NEAR = tuple(Hit(entry(key, f"{key}吗"), 0.4, f"{key}吗") for key in ("a", "b", "c"))


def offered(count: int = 3) -> Offers:
    offers = Offers()
    offers.offer(NEAR[:count], scope="robot/room", person="xiaolu", now=NOW)
    return offers


def chosen(
    offers: Offers,
    text: str,
    *,
    scope: str = "robot/room",
    person: str = "xiaolu",
    later: timedelta = timedelta(minutes=1),
) -> str:
    entry = offers.chosen(text, scope=scope, person=person, now=NOW + later)
    return entry.key if entry else ""


@pytest.mark.parametrize("typed", ["2", " 2 ", "２", "②", "2。", "第2个", "选2", "二", "第二个"])
def test_a_number_chooses(typed: str) -> None:
    assert chosen(offered(), typed) == "b"


@pytest.mark.parametrize("typed", ["0", "4", "22", "2 3", "2元", "怎么签到", "", "？", "-", "第"])
def test_what_is_no_number_of_the_offer_chooses_nothing(typed: str) -> None:
    assert chosen(offered(), typed) == ""


def test_only_who_was_offered_may_choose_and_only_there() -> None:
    assert chosen(offered(), "1", person="aqing") == ""
    assert chosen(offered(), "1", scope="app/xiaolu") == ""
    assert chosen(offered(count=1), "2") == ""


def test_an_offer_lasts_ten_minutes_and_may_be_used_again() -> None:
    offers = offered()

    assert chosen(offers, "1", later=OFFER_LASTS - timedelta(seconds=1)) == "a"
    assert chosen(offers, "3", later=OFFER_LASTS - timedelta(seconds=1)) == "c"
    assert chosen(offers, "1", later=OFFER_LASTS) == ""


def test_a_new_offer_replaces_the_old_one() -> None:
    offers = offered()
    offers.offer(NEAR[2:], scope="robot/room", person="xiaolu", now=NOW)

    assert (chosen(offers, "1"), chosen(offers, "2")) == ("c", "")


def test_the_oldest_offers_are_forgotten_first() -> None:
    offers = offered()
    for number in range(MOST_OFFERS):
        offers.offer(NEAR, scope="robot/room", person=f"member-{number}", now=NOW)

    assert chosen(offers, "1") == ""
    assert chosen(offers, "1", person="member-0") == "a"


def test_an_offer_that_was_renewed_is_young_again() -> None:
    offers = offered()
    for number in range(MOST_OFFERS - 1):
        offers.offer(NEAR, scope="robot/room", person=f"member-{number}", now=NOW)
    offers.offer(NEAR, scope="robot/room", person="xiaolu", now=NOW)
    offers.offer(NEAR, scope="robot/room", person="aqing", now=NOW)

    assert chosen(offers, "1") == "a"
    assert chosen(offers, "1", person="member-0") == ""
