"""Random libraries, calendars and situations for the properties of schedules."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.calendar import (
    Approval,
    CalendarFile,
    Late,
    NodeDay,
    PostLimits,
    Talk,
    WeeklySlot,
)
from bot.settings.schema.campaigns import CampaignFile, CampaignPost, CampaignType
from bot.settings.settings import ContentItem, Settings
from tests.unit.schedules import support
from tests.unit.schedules.support import SHANGHAI

PROMOTIONS = Approval(by=("owner-1",), of=("promotion", "campaign"))
HANDWRITTEN = Approval(by=("owner-2", "chief"), of=("handwritten",), ask_hours=2)

ZONES = [SHANGHAI, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]


def shares(names: Sequence[Any], most_first: int = 100) -> st.SearchStrategy[dict[Any, int]]:
    """Percentages that add up to 100, the first at most ``most_first``."""
    cuts = st.lists(st.integers(0, 100), min_size=len(names) - 1, max_size=len(names) - 1)

    def split(points: list[int]) -> dict[Any, int]:
        steps = pairwise([0, *sorted(points), 100])
        return {name: after - before for name, (before, after) in zip(names, steps, strict=True)}

    return cuts.map(split).filter(lambda table: table[names[0]] <= most_first)


@st.composite
def items(draw: st.DrawFn) -> tuple[ContentItem, ...]:
    count = draw(st.integers(0, 40))
    heads = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(Kind),
            "pillar": st.sampled_from(Pillar),
            "promotion": st.booleans(),
            "months": st.sampled_from([(), (), (), (11,), (12, 1), (3,)]),
            "node": st.sampled_from(["", "", "", "", "thanksgiving", "double_12", "birthday"]),
            "fission": st.sampled_from(["rotate", "rotate", "friend"]),
        }
    )
    return tuple(support.item(f"item-{n:02d}", **draw(heads)) for n in range(count))


@st.composite
def calendars(draw: st.DrawFn) -> CalendarFile:
    slots = draw(
        st.lists(
            st.builds(
                WeeklySlot,
                at=st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
                days=st.lists(st.sampled_from(Weekday), min_size=1, max_size=7).map(tuple),
                kinds=st.lists(st.sampled_from(Kind), min_size=1, max_size=5).map(tuple),
            ),
            min_size=1,
            max_size=6,
        )
    )
    return support.calendar(
        slots,
        late=Late(
            policy=draw(st.sampled_from(["publish", "skip", "ask"])),
            within_minutes=draw(st.integers(1, 300)),
        ),
        limits=PostLimits(
            posts_a_day=draw(st.integers(1, 5)),
            gap_minutes=draw(st.integers(0, 240)),
            item_cooldown_days=draw(st.integers(0, 20)),
        ),
        node_days=[
            NodeDay(key="birthday", name="店庆", month=11, day=24),
            NodeDay(key="mourning", name="追思日", month=11, day=25, solemn=True),
        ],
        talk=Talk(messages=3, minutes=draw(st.integers(5, 60)), times=draw(st.integers(1, 4))),
        approval=draw(st.sampled_from([None, None, PROMOTIONS, HANDWRITTEN])),
        lock_minutes=draw(st.integers(1, 240)),
        pillars=draw(shares(list(Pillar))),
        kinds=draw(shares(list(Kind))),
        window_posts=draw(st.integers(10, 40)),
    )


@st.composite
def campaigns(draw: st.DrawFn) -> dict[str, CampaignFile]:
    """None, or one with posts at any time of its days, some of which collide with the week."""
    posts = st.builds(
        CampaignPost,
        phase=st.integers(-3, 3),
        at=st.builds(time, st.integers(0, 23), st.sampled_from([0, 30])),
        title=st.just("campaign"),
        pillar=st.sampled_from(Pillar),
        kind=st.sampled_from(Kind),
        text=st.just("of the campaign"),
        promotion=st.booleans(),
    )
    days = draw(st.lists(posts, max_size=6, unique_by=lambda post: (post.phase, post.at)))
    if not days:
        return {}
    on = draw(st.dates(date(2026, 11, 1), date(2026, 12, 14)))
    kind = CampaignType.PROMOTION
    return {"sale": CampaignFile(name="促销", type=kind, on=on, posts=tuple(days))}


@st.composite
def situations(draw: st.DrawFn) -> Settings:
    zone = draw(st.sampled_from(ZONES))
    given = support.settings(draw(calendars()), draw(items()), zone=zone)
    return replace(given, campaigns=draw(campaigns()))


STARTS = st.datetimes(datetime(2026, 10, 25), datetime(2026, 12, 12)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=SHANGHAI, second=0, microsecond=0)
)
