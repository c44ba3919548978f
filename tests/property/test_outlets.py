"""Moments under any rules, libraries and outages: never twice, in the mix, within the limits."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outlets.fitting import Fitted
from bot.outlets.moments import Draft, Past, decide, lay_out, times_between
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.front_matter import ContentFront
from bot.settings.schema.outlets import Moments, MomentSlot
from bot.settings.settings import ContentItem
from tests.support.brand import brand

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 6, 1, 1, tzinfo=UTC)
CALENDAR = brand().calendar
HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def shares(draw: st.DrawFn) -> dict[Pillar, int]:
    """Whole percents that add up to 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    return dict(zip(Pillar, parts, strict=True))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[MomentSlot, ...]:
    """One to three times a day, at hours of their own."""
    hours = draw(st.lists(HOURS, min_size=1, max_size=3, unique=True))
    days = st.lists(st.sampled_from(Weekday), min_size=1, max_size=7, unique=True)
    return tuple(MomentSlot(at=at, days=tuple(draw(days))) for at in hours)


def shelf(counts: dict[Pillar, int], kind: Kind = Kind.STORY) -> tuple[Fitted, ...]:
    return tuple(
        Fitted(
            ContentItem(
                f"{pillar}-{number:03d}",
                ContentFront(title="t", pillar=pillar, kind=kind),
                "text",
            ),
            "text",
            kind is Kind.PRODUCT,
        )
        for pillar, count in counts.items()
        for number in range(count)
    )


def rules(slots: tuple[MomentSlot, ...], **changes: object) -> Moments:
    return Moments.model_validate({"employees": ["a"], "slots": slots, **changes})


@settings(max_examples=60)
@given(shares(), weeks(), st.integers(10, 40))
def test_any_window_is_within_one_draft_of_its_target_when_there_is_supply(
    target: dict[Pillar, int], slots: tuple[MomentSlot, ...], window: int
) -> None:
    moments = rules(slots, pillars=target, window_posts=window, item_cooldown_days=1)
    everything = shelf(dict.fromkeys(Pillar, 8))
    times = list(times_between(moments, SHANGHAI, START, START + timedelta(days=70)))[:90]
    planned = lay_out(times, lambda _: everything, (), moments=moments, calendar=CALENDAR)
    given_out = [one.pillar for one in planned if isinstance(one, Draft)]
    for first in range(len(given_out) - window + 1):
        counted = Counter(given_out[first : first + window])
        for pillar, percent in target.items():
            assert abs(100 * counted[pillar] - percent * window) <= 100


@settings(max_examples=60)
@given(
    weeks(),
    st.dictionaries(st.sampled_from(Pillar), st.integers(1, 9), min_size=1),
    st.integers(0, 20),
    st.integers(0, 100),
    st.sampled_from([Kind.STORY, Kind.PRODUCT]),
)
def test_limits_hold_whatever_the_library_lacks(
    slots: tuple[MomentSlot, ...],
    counts: dict[Pillar, int],
    rest: int,
    selling: int,
    kind: Kind,
) -> None:
    moments = rules(slots, item_cooldown_days=rest, selling_percent=selling, most_a_day=2)
    there = shelf(counts, kind)
    times = list(times_between(moments, SHANGHAI, START, START + timedelta(days=40)))
    planned = lay_out(times, lambda _: there, (), moments=moments, calendar=CALENDAR)
    assert len(planned) == len(times)
    drafts = [one for one in planned if isinstance(one, Draft)]
    assert max(Counter(one.time.on for one in drafts).values(), default=0) <= 2
    most = moments.window_posts * selling // 100
    for first in range(len(drafts)):
        window = drafts[first : first + moments.window_posts]
        assert sum(one.sells for one in window) <= most
    last: dict[str, datetime] = {}
    for one in drafts:
        before = last.get(one.item.key)
        if before is not None:
            days = one.time.on - before.astimezone(SHANGHAI).date()
            assert days >= timedelta(days=max(rest, 1))
        last[one.item.key] = one.time.due_at


@given(
    weeks(),
    st.lists(st.integers(-3 * 24 * 60, 5 * 24 * 60), min_size=1, max_size=12),
)
def test_each_time_is_decided_once_over_outages_and_jumps_of_the_clock(
    slots: tuple[MomentSlot, ...], jumps: list[int]
) -> None:
    """The loop of the job, with a history that knows what was decided last."""
    moments = rules(slots)
    there = shelf(dict.fromkeys(Pillar, 5))
    now = since = START
    decided: list[str] = []
    past: list[Past] = []
    latest = now
    for minutes in jumps:
        now += timedelta(minutes=minutes)
        latest = max(latest, now)
        for time in list(times_between(moments, SHANGHAI, since, now)):
            one = decide(time, there, past, moments=moments, calendar=CALENDAR)
            if isinstance(one, Draft):
                past.append(one.as_past())
            decided.append(time.key)
            since = time.due_at
    expected = [time.key for time in times_between(moments, SHANGHAI, START, latest)]
    assert decided == expected
