"""Which campaigns are on in a group, which one is meant, and what they add."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.core.ids import GroupKey
from bot.pipeline.campaigns import boosts_in, campaigns_in, find_campaign, running_campaigns
from bot.rewards.boosts import Boost
from bot.settings.schema.campaigns import CampaignFile
from bot.settings.settings import Settings
from tests.support.brand import brand
from tests.support.events import GROUP

T0 = date(2026, 11, 26)
POST = {
    "phase": 0, "at": "20:00", "title": "开场", "pillar": "user", "kind": "activity",
    "text": "来啦",
}  # fmt: skip


def campaign(name: str, **parts: Any) -> CampaignFile:
    return CampaignFile.model_validate(
        {
            "name": name, "type": "promotion", "on": T0.isoformat(), "first_day": -1,
            "last_day": 1, "posts": [POST], **parts,
        }
    )  # fmt: skip


def with_campaigns(**files: CampaignFile) -> Settings:
    return replace(brand(), campaigns=files)


BOTH = with_campaigns(
    calm=campaign("冷静清单", points={"checkin": 200, "talk": 150}),
    rain=campaign("谷雨周", points={"checkin": 300}, groups=["friends"]),
)


@pytest.mark.parametrize(
    ("day", "is_on"), [(24, False), (25, True), (26, True), (27, True), (28, False)]
)
def test_a_campaign_is_on_from_its_first_day_to_its_last(day: int, *, is_on: bool) -> None:
    on = running_campaigns(BOTH, date(2026, 11, day))

    assert {running.key for running in on} == ({"calm-2026", "rain-2026"} if is_on else set())


def test_a_campaign_is_on_in_its_groups_alone() -> None:
    here = campaigns_in(BOTH, GROUP, T0)
    friends = campaigns_in(BOTH, GroupKey("friends"), T0)

    assert [running.key for running in here] == ["calm-2026"]
    assert {running.key for running in friends} == {"calm-2026", "rain-2026"}


def test_of_several_campaigns_the_one_that_pays_most_adds_to_a_rule() -> None:
    assert boosts_in(BOTH, GroupKey("friends"), T0) == {
        "checkin": Boost("rain-2026", 300),
        "talk": Boost("calm-2026", 150),
    }
    assert boosts_in(BOTH, GROUP, T0)["checkin"] == Boost("calm-2026", 200)
    assert boosts_in(BOTH, GROUP, date(2026, 11, 28)) == {}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1", "calm-2026"),
        ("2 号", "rain-2026"),
        ("3", None),
        ("calm", "calm-2026"),
        ("ＣＡＬＭ-2026", "calm-2026"),
        ("谷雨", "rain-2026"),
        ("谷雨周", "rain-2026"),
        ("双十一", None),
        ("", None),
    ],
)
def test_a_campaign_is_meant_by_place_key_or_name(typed: str, key: str | None) -> None:
    on = sorted(running_campaigns(BOTH, T0), key=lambda running: running.key)

    found = find_campaign(on, typed)

    assert (None if found is None else found.key) == key


def test_a_word_that_fits_two_names_means_neither() -> None:
    two = with_campaigns(a=campaign("谷雨周一"), b=campaign("谷雨周二"))

    assert find_campaign(running_campaigns(two, T0), "谷雨") is None
