"""Which item comes next: what is furthest behind the target mix, within the hard rules.

For each pillar and each kind, *owed* is its share of the posts of the window, this one included,
less the posts it had. The item whose pillar and kind together are owed most comes next; then the
freshest; then the first by key. Everything is counted in whole hundredths of a post, so that two
computers agree.

How well that keeps the target: suppose every slot takes every kind, a rested item of every pillar
and kind is there, no slot is skipped and the window is whole weeks. Then a post leaves the window
whenever one comes, its own kind is owed one more, and so the most that a kind is ahead or behind
does not grow once the window is full. Until then a kind is ahead by less than one post, because the
amounts owed add up to one; behind by less than 1/2 + 1/3 + 1/4 + 1/5 (the greedy cup game with five
cups), and in all measured cases by no more than one. tests/property/test_mix.py holds every
full window within one post, also with the rule on product posts while these are a third at most.
Where slots are skipped or take few kinds, the plan shows how far the mix is off.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.schedules.node_days import NodeDay, node_days_between
from bot.schedules.records import Post
from bot.settings.schema.base import Kind
from bot.settings.schema.calendar import CalendarFile, FissionStep, Mix
from bot.settings.settings import ContentItem

PROMOTION_DISTANCE = 4
"""Of so many consecutive posts at most one is a promotion."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to post. ``reason`` is a sentence for operators; ``node`` the day it was made for."""

    item: ContentItem
    step: FissionStep
    reason: str
    node: NodeDay | None = None

    def text(self) -> str:
        """The post: the item's text and its fission step 裂变环节."""
        return f"{self.item.text.strip()}\n\n{self.step.text.strip()}"

    def as_post(self, at: datetime) -> Post:
        """This choice as part of the history, once it is published at ``at``."""
        front = self.item.front
        return Post(at, front.pillar, front.kind, self.item.key, front.promotion, self.step.key)


@dataclass(frozen=True, slots=True)
class NoChoice:
    """Nothing may be posted; ``reason`` names what the library lacks."""

    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The posts of a window: ``count`` in all, and by pillar and kind."""

    count: int
    pillars: Mapping[str, int]
    kinds: Mapping[str, int]


def standing(posts: Sequence[Post], at: datetime, zone: ZoneInfo, mix: Mix) -> Standing:
    """The posts of the ``mix.window_days`` before ``at``.

    Days are counted on the community's clock, so that the same weekly slot leaves the window in
    the moment it comes again, also over a change of the clocks.
    """
    start = _local(at, zone) - timedelta(days=mix.window_days)
    margin = at - timedelta(days=mix.window_days + 1)
    window = [post for post in posts if post.at > margin and _local(post.at, zone) > start]
    return Standing(
        len(window),
        Counter(post.pillar for post in window),
        Counter(post.kind for post in window),
    )


def choose(
    items: Sequence[ContentItem],
    posts: Sequence[Post],
    *,
    at: datetime,
    zone: ZoneInfo,
    kinds: Sequence[Kind],
    calendar: CalendarFile,
) -> Choice | NoChoice:
    """The item for a post at ``at`` among ``items`` of ``kinds``, after the group's ``posts``.

    Hard rules: season and dates of the item; node items on their day only, where they come before
    all others; never twice on a day nor within ``item_cooldown_days``; never two posts of kind
    product in a row; at most one promotion in four consecutive posts.
    """
    today = at.astimezone(zone).date()
    nodes = {day.key: day for day in node_days_between(today, today, calendar)}
    rules = _Rules(posts, today, zone, calendar)
    suiting = [
        item
        for item in items
        if item.front.kind in kinds and (not item.front.node or item.front.node in nodes)
    ]
    free = [item for item in suiting if not rules.hindrance(item)]
    if not free:
        return NoChoice(_what_lacks(kinds, [(item, rules.hindrance(item)) for item in suiting]))
    free = [item for item in free if item.front.node] or free
    now_standing = standing(posts, at, zone, calendar.mix)
    scores = {item.key: _owed(item, now_standing, calendar.mix) for item in free}

    def rank(item: ContentItem) -> tuple[int, bool, datetime, str]:
        used = rules.last_used.get(item.key)
        return (-sum(scores[item.key]), used is not None, used or at, item.key)

    best = min(free, key=rank)
    node = nodes.get(best.front.node)
    reason = _reason(best, node, scores[best.key], now_standing, rules.days_since(best))
    return Choice(best, next_step(best, posts, calendar), reason, node)


def next_step(item: ContentItem, posts: Sequence[Post], calendar: CalendarFile) -> FissionStep:
    """The fission step for ``item``: its own, else the one longest unused in the group.

    So a step comes again only when every other one was shown since; more steps, longer rests. The
    order of decision counts: the instants of two posts may be equal, or the other way round.
    """
    steps = calendar.fission_steps
    own = next((step for step in steps if step.key == item.front.fission), None)
    if own is not None:
        return own
    last_used = {post.step: place for place, post in enumerate(posts)}
    return min(steps, key=lambda step: last_used.get(step.key, -1))


@dataclass(frozen=True, slots=True)
class _Hindrance:
    """Why an item may not be posted; ``until`` when the day is known on which it may again."""

    why: str
    until: date | None = None


class _Rules:
    """The hard rules for one post."""

    def __init__(
        self, posts: Sequence[Post], today: date, zone: ZoneInfo, calendar: CalendarFile
    ) -> None:
        self.last_used = {post.item: post.at for post in posts}
        self._today = today
        self._zone = zone
        self._rest = max(calendar.limits.item_cooldown_days, 1)
        self._after_product = bool(posts) and posts[-1].kind == Kind.PRODUCT
        self._after_promotion = any(post.promotion for post in posts[1 - PROMOTION_DISTANCE :])

    def days_since(self, item: ContentItem) -> int | None:
        """Days since the item was used in the group; None when it never was."""
        used = self.last_used.get(item.key)
        return None if used is None else (self._today - used.astimezone(self._zone).date()).days

    def hindrance(self, item: ContentItem) -> _Hindrance | None:
        front = item.front
        days = self.days_since(item)
        out_of_season = front.months and self._today.month not in front.months
        too_early = front.valid_from is not None and self._today < front.valid_from
        too_late = front.valid_to is not None and self._today > front.valid_to
        if out_of_season or too_early or too_late:
            return _Hindrance("out of season or date")
        if days is not None and days < self._rest:
            return _Hindrance("in cool-down", self._today + timedelta(days=self._rest - days))
        if front.kind is Kind.PRODUCT and self._after_product:
            return _Hindrance("after a product post")
        if front.promotion and self._after_promotion:
            return _Hindrance("a promotion within four posts of another")
        return None


def _owed(item: ContentItem, window: Standing, mix: Mix) -> tuple[int, int]:
    """Hundredths of a post owed to the item's pillar and to its kind."""
    pillar, kind = item.front.pillar, item.front.kind
    count = window.count + 1
    return (
        mix.pillars.get(pillar, 0) * count - 100 * window.pillars.get(pillar, 0),
        mix.kinds.get(kind, 0) * count - 100 * window.kinds.get(kind, 0),
    )


def _reason(
    item: ContentItem,
    node: NodeDay | None,
    owed: tuple[int, int],
    window: Standing,
    days_since: int | None,
) -> str:
    fresh = "not used before" if days_since is None else f"last used {days_since} days ago"
    pillar = _balance(f"pillar {item.front.pillar}", owed[0])
    kind = _balance(f"kind {item.front.kind}", owed[1])
    sentence = f"{pillar}, {kind} of {window.count + 1} posts; {fresh}"
    return f"made for {node.name}; {sentence}" if node else sentence


def _balance(name: str, hundredths: int) -> str:
    verb = "owed" if hundredths >= 0 else "ahead by"
    return f"{name} {verb} {abs(hundredths) / 100:.1f}"


def _what_lacks(
    kinds: Sequence[Kind], suiting: Sequence[tuple[ContentItem, _Hindrance | None]]
) -> str:
    """A sentence such as "no product item: 3 in cool-down until 2026-12-03; add files …"."""
    parts = []
    more_helps = False
    for kind in kinds:
        found = [why for item, why in suiting if why and item.front.kind is kind]
        counts = Counter(why.why for why in found)
        free_on = min((why.until for why in found if why.until), default=None)
        details = [
            f"{count} {why}" + (f" until {free_on}" if why == "in cool-down" else "")
            for why, count in sorted(counts.items())
        ]
        more_helps |= set(counts) != {"after a product post"}
        parts.append(f"no {kind} item ({', '.join(details) or 'none in the library'})")
    advice = "add files to content/" if more_helps else "let the slot take another kind too"
    return f"{', '.join(parts)}: {advice}"


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
