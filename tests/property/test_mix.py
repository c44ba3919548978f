"""How far the mix may be from its target, over any window of consecutive posts."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.schedules.agenda import undecided_slots
from bot.schedules.decide import decide
from bot.schedules.records import Post, SlotState
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.calendar import PostLimits, WeeklySlot
from bot.settings.settings import Settings
from tests.unit.schedules import support
from tests.unit.schedules.support import GROUP, at

from .schedule_strategies import shares

HOURS = ["08:30", "12:10", "16:00", "20:00"]
FREE_SPRING = at("2026-05-13 00:00")  # the first of seven months without a solemn day
NO_REST = PostLimits(item_cooldown_days=2, gap_minutes=0)


def published(given: Settings, days: int, lost: frozenset[int] = frozenset()) -> list[Post]:
    """All posts of ``days``, each slot decided in its second, but for ``lost`` and solemn ones."""
    situation = support.situation(given)
    slots = undecided_slots(
        given, GROUP, situation.history, FREE_SPRING, FREE_SPRING + timedelta(days=days)
    )
    posts = list[Post]()
    for number, slot in enumerate(slots):
        if number in lost or slot.blocked:
            continue
        decision = decide(situation, slot, slot.due_at)
        assert decision.state is SlotState.PUBLISHED, decision.reason
        situation = situation.after(decision)
        posts = list(situation.history.posts)
    return posts


def worst_of_pillars(given: Settings, posts: Sequence[Post], key: str = "") -> float:
    """The most that a pillar is away from its target, in posts, over any full window of a mix."""
    mix = given.calendar.mix
    shares_of = next((other for other in mix.others if other.key == key), mix)
    mine = [post for post in posts if post.mix == key]
    worst = 0.0
    for end in range(mix.window_posts, len(mine) + 1):
        counts = Counter(post.pillar for post in mine[end - mix.window_posts : end])
        for pillar in Pillar:
            target = shares_of.pillars.get(pillar, 0) * mix.window_posts / 100
            worst = max(worst, abs(counts[pillar] - target))
    return worst


def week(counts: Sequence[int], kinds: Sequence[Sequence[Kind]]) -> list[WeeklySlot]:
    """A week with so many slots on each day; the first of a day take the first ``kinds``."""
    return [
        support.slot(
            hour,
            kinds=kinds[n],
            days=[day for day, count in zip(Weekday, counts, strict=True) if n < count],
        )
        for n, hour in enumerate(HOURS)
        if max(counts) > n
    ]


# Two kinds at least that are no product: those may follow any post, on any day.
OPEN_KINDS = st.lists(
    st.sets(st.sampled_from(Kind), min_size=4).map(sorted), min_size=4, max_size=4
)
COUNTS = st.lists(st.integers(0, 4), min_size=7, max_size=7).filter(any)


@settings(max_examples=80)
@given(
    pillars=shares(list(Pillar)),
    kinds=shares(list(Kind)),
    counts=COUNTS,
    taken=OPEN_KINDS,
    window=st.integers(10, 40),
    lost=st.frozensets(st.integers(0, 120), max_size=30),
)
@example(
    dict.fromkeys(Pillar, 25), dict.fromkeys(Kind, 20), [1, 1, 2, 2, 3, 1, 3], [list(Kind)] * 4, 28,
    frozenset(),
)  # fmt: skip
def test_any_window_of_posts_is_within_one_post_of_the_target_of_every_pillar(
    pillars: dict[Pillar, int],
    kinds: dict[Kind, int],
    counts: list[int],
    taken: list[list[Kind]],
    window: int,
    lost: frozenset[int],
) -> None:
    """The library can supply: there is a rested item of every pillar and kind, so that each slot
    finds an item of any pillar. Slots may take some kinds only, and may be lost.
    """
    given_settings = support.settings(
        support.calendar(
            week(counts, taken), pillars=pillars, kinds=kinds, window_posts=window, limits=NO_REST
        ),
        support.full_library(8),
    )
    posts = published(given_settings, max(14, 7 * 3 * window // sum(counts)), lost)
    assert worst_of_pillars(given_settings, posts) <= 1


@settings(max_examples=80)
@given(
    pillars=shares(list(Pillar)),
    kinds=shares(list(Kind)),
    of_pillar=st.fixed_dictionaries(
        {pillar: st.sets(st.sampled_from(Kind), min_size=2) for pillar in Pillar}
    ),
    window=st.integers(10, 40),
)
def test_the_pillars_keep_their_target_where_each_has_kinds_of_its_own(
    pillars: dict[Pillar, int],
    kinds: dict[Kind, int],
    of_pillar: dict[Pillar, set[Kind]],
    window: int,
) -> None:
    """Each pillar has two kinds at least, so one that may follow any post; the kinds give way."""
    content = [
        item for item in support.full_library(8) if item.front.kind in of_pillar[item.front.pillar]
    ]
    given_settings = support.settings(
        support.calendar(
            [support.slot("20:00")],
            pillars=pillars,
            kinds=kinds,
            window_posts=window,
            limits=NO_REST,
        ),
        content,
    )
    assert worst_of_pillars(given_settings, published(given_settings, 4 * window)) <= 1
