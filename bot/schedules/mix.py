"""Which item comes next: of the pillar and kind that are furthest behind, within the hard rules.

An item that was made for today's node day comes before all others. Else the pillars that keep every
window within one post of its target (``balance.py``) come before the rest, and of those the kinds
that do. Then, one after the other, decide: what pillar and kind together are owed, the season,
freshness, fatigue, likeness to the last posts, the longest rest, the key. Everything is counted in
whole numbers, so that two computers agree.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache

from bot.core.ids import GroupKey
from bot.schedules.balance import USUAL, balance
from bot.schedules.experiments import running_experiment, variant_for
from bot.schedules.node_days import NodeDay, node_days_on
from bot.schedules.records import Post
from bot.schedules.rules import KIND_RULES, Hindrance, Rule, Rules
from bot.schedules.steps import StepText, next_step
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.front_matter import Appeal
from bot.settings.settings import FIRST_VARIANT, ContentItem, Settings

LOOKED_BACK = 4
"""So many of the last posts shall not be said again in other words."""

FATIGUE_DAYS = 365
"""Uses within so many days tire a group of an item."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A post that is wanted in a group at ``at``, of one of ``kinds``.

    ``slots_of_day`` is how many posts the plan has for the day. ``coming`` are the posts that are
    settled for the slots right behind it, None where nothing is settled; ``settled_today`` are the
    kinds of those that are settled for later that day.
    """

    at: datetime
    group_key: GroupKey
    kinds: tuple[Kind, ...] = tuple(Kind)
    slots_of_day: int = 1
    coming: tuple[ContentItem | None, ...] = ()
    settled_today: tuple[Kind, ...] = ()
    kept: frozenset[str] = frozenset()
    """Keys of items that somebody has put into a later slot."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to post. ``reason`` is a sentence for operators; ``node`` the day it was made for."""

    item: ContentItem
    step: StepText
    reason: str
    node: NodeDay | None = None
    mix: str = USUAL
    variant: str = FIRST_VARIANT
    instead: Hindrance | None = None
    """The rule in the way of what somebody wants, instead of which this is posted."""

    @property
    def words(self) -> str:
        """The item's text in the chosen wording, without its step."""
        return self.item.variants.get(self.variant, self.item.text).strip()

    def as_post(self, at: datetime) -> Post:
        """This choice as part of the history, once it is published at ``at``."""
        front = self.item.front
        return Post(
            at=at,
            pillar=front.pillar,
            kind=front.kind,
            item=self.item.key,
            promotion=front.promotion,
            step=self.step.key,
            discount=front.appeal is Appeal.DISCOUNT,
            mix=self.mix,
            variant=self.variant,
        )


@dataclass(frozen=True, slots=True)
class NoChoice:
    """Nothing may be posted; ``reason`` names what the library lacks.

    ``hindrance`` is the rule in the way of an item that somebody wants.
    """

    reason: str
    hindrance: Hindrance | None = None


def choose(
    settings: Settings, items: Sequence[ContentItem], posts: Sequence[Post], wish: Wish
) -> Choice | NoChoice:
    """The item for ``wish`` among ``items``, after the group's ``posts``."""
    scene = _Scene(settings, posts, wish)
    suiting = [
        item
        for item in items
        if item.front.kind in wish.kinds and (not item.front.node or item.front.node in scene.nodes)
    ]
    hindrances = [(item, scene.obstacle(item)) for item in suiting]
    free = [item for item, hindrance in hindrances if hindrance is None]
    if not free:
        return NoChoice(_what_lacks(wish.kinds, hindrances))
    best = scene.best(free, {item.key: item for item in items})
    return scene.choice(best, scene.reason(best))


def choose_exactly(
    settings: Settings, item: ContentItem, posts: Sequence[Post], wish: Wish, why: str
) -> Choice | NoChoice:
    """``item`` and no other, unless a hard rule is in its way. ``why`` says who wants it."""
    scene = _Scene(settings, posts, wish)
    return scene.hindrance(item, why) or scene.choice(item, why)


def choose_again(
    settings: Settings, choice: Choice, posts: Sequence[Post], wish: Wish
) -> Choice | NoChoice:
    """``choice`` as it was made before, unless a hard rule has come in its way.

    Only its step changes, if that was shown in the meantime.
    """
    scene = _Scene(settings, posts, wish)
    hindrance = scene.hindrance(choice.item, choice.reason)
    if hindrance is not None:
        return hindrance
    step = scene.step(choice.item, choice.step)
    return replace(choice, step=step) if isinstance(step, StepText) else step


class _Scene:
    """Everything that decides about one post."""

    def __init__(self, settings: Settings, posts: Sequence[Post], wish: Wish) -> None:
        group = settings.group(wish.group_key)
        zone = settings.zone if group is None else settings.zone_of(group)
        today = wish.at.astimezone(zone).date()
        self.hears = group is None or group.hears is not None
        self.nodes = {day.key: day for day in node_days_on(today, settings.calendar)}
        self.balance = balance(posts, settings.calendar.mix, wish.group_key, today)
        self.rules = Rules(
            settings,
            wish.group_key,
            posts,
            at=wish.at,
            balance=self.balance,
            slots_of_day=wish.slots_of_day,
            coming=[None if item is None else item.front for item in wish.coming],
            settled_today=wish.settled_today,
            kept=wish.kept,
        )
        self._settings, self._posts, self._wish = settings, posts, wish

    @cached_property
    def _uses(self) -> Counter[str]:
        """How often each item was used within a year."""
        since = self._wish.at - timedelta(days=FATIGUE_DAYS)
        return Counter(post.item for post in self._posts if post.at >= since)

    def obstacle(self, item: ContentItem) -> Hindrance | None:
        """What keeps the mix from ``item``; a node day overrides the variety of a day."""
        hindrance = self.rules.hindrance(item)
        if hindrance is None and not item.front.node:
            return self.rules.crowding(item)
        return hindrance

    def best(self, free: Sequence[ContentItem], by_key: dict[str, ContentItem]) -> ContentItem:
        """The item that comes first; ``by_key`` finds the texts of earlier posts."""
        candidates = [item for item in free if item.front.node] or list(free)
        balance = self.balance
        pillar_excess = {pillar: balance.pillar_excess(pillar) for pillar in Pillar}
        kind_excess = {kind: balance.kind_excess(kind) for kind in Kind}
        last = [post.item for post in self._posts[-LOOKED_BACK:]]
        before = [by_key[key].text for key in last if key in by_key]
        last_used = self.rules.last_used
        criteria: tuple[Callable[[ContentItem], int], ...] = (
            lambda item: pillar_excess[item.front.pillar],
            lambda item: kind_excess[item.front.kind],
            lambda item: -sum(balance.owed(item.front.pillar, item.front.kind)),
            lambda item: not item.front.months,
            self._staleness,
            lambda item: self._uses[item.key],
            lambda item: max((_likeness(item.text, text) for text in before), default=0),
        )
        for criterion in criteria:
            if len(candidates) == 1:
                break
            scores = [criterion(item) for item in candidates]
            least = min(scores)
            candidates = [
                item for item, score in zip(candidates, scores, strict=True) if score == least
            ]
        return min(candidates, key=lambda item: (last_used.get(item.key, _NEVER), item.key))

    def hindrance(self, item: ContentItem, why: str) -> NoChoice | None:
        """The rule in the way of an item that somebody wants, in words."""
        hindrance = self.rules.hindrance(item)
        if item.front.node and item.front.node not in self.nodes:
            hindrance = Hindrance(Rule.NODE_DAY)
        if hindrance is None:
            return None
        until = f" until {hindrance.until}" if hindrance.until else ""
        return NoChoice(f"{item.key} ({why}): {hindrance.why}{until}", hindrance)

    def choice(self, item: ContentItem, reason: str) -> Choice | NoChoice:
        """``item`` with the variant and the step that are due."""
        step = self.step(item)
        if isinstance(step, NoChoice):
            return step
        return Choice(
            item=item,
            step=step,
            reason=reason,
            node=self.nodes.get(item.front.node),
            mix=self.balance.key,
            variant=self._variant(item),
        )

    def step(self, item: ContentItem, settled: StepText | None = None) -> StepText | NoChoice:
        """The fission step for ``item``: the ``settled`` one as long as it is rested."""
        step = next_step(
            self._settings.calendar.fission_steps,
            item.front.fission,
            self._posts,
            at=self._wish.at,
            hears=self.hears,
            settled=settled,
        )
        return step or NoChoice(
            "every fission step was shown in the last days: "
            "add texts to fission_steps in calendar.yaml"
        )

    def reason(self, item: ContentItem) -> str:
        """Why this item: what was owed, and how fresh it is."""
        owed = self.balance.owed(item.front.pillar, item.front.kind)
        days = self.rules.days_since(item)
        fresh = "not used before" if days is None else f"last used {days} days ago"
        pillar = _balance(f"pillar {item.front.pillar}", owed[0])
        kind = _balance(f"kind {item.front.kind}", owed[1])
        sentence = f"{pillar}, {kind} of {self.balance.posts + 1} posts; {fresh}"
        if self.balance.key:
            sentence = f"mix {self.balance.key}: {sentence}"
        node = self.nodes.get(item.front.node)
        return f"made for {node.name}; {sentence}" if node else sentence

    def _staleness(self, item: ContentItem) -> int:
        """0 for an item that was never used, 1 after twice its rest, else 2."""
        days = self.rules.days_since(item)
        rest = max(self._settings.calendar.limits.item_cooldown_days, 1)
        return 0 if days is None else 1 if days >= 2 * rest else 2

    def _variant(self, item: ContentItem) -> str:
        """The variant that comes next: in turn, or as a running experiment wants it."""
        experiment = running_experiment(
            self._settings.calendar.experiments, item.key, self.rules.today
        )
        if experiment is not None:
            uses = sum(
                post.item in experiment.items
                and post.at.astimezone(self.rules.zone).date() >= experiment.starts
                for post in self._posts
            )
            return variant_for(experiment, self._wish.group_key, uses)
        keys = sorted(item.variants)
        return keys[self._uses[item.key] % len(keys)]


_NEVER = datetime.min.replace(tzinfo=UTC)


def _balance(name: str, hundredths: int) -> str:
    verb = "owed" if hundredths >= 0 else "ahead by"
    return f"{name} {verb} {abs(hundredths) / 100:.1f}"


@lru_cache(maxsize=65536)
def _likeness(one: str, other: str) -> int:
    """How much of two texts is the same, in tenths of their pairs of characters."""
    first, second = _pairs(one), _pairs(other)
    together = len(first | second)
    return 10 * len(first & second) // together if together else 10


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def _what_lacks(
    kinds: Sequence[Kind], suiting: Sequence[tuple[ContentItem, Hindrance | None]]
) -> str:
    """A sentence such as "no product item: 3 in cool-down until 2026-12-03; add files …"."""
    parts = []
    more_helps = False
    for kind in kinds:
        found = [why for item, why in suiting if why and item.front.kind is kind]
        counts = Counter(why.why for why in found)
        free_on = min((why.until for why in found if why.until), default=None)
        details = [
            f"{count} {why}" + (f" until {free_on}" if why is Rule.COOL_DOWN else "")
            for why, count in sorted(counts.items())
        ]
        more_helps |= not counts or bool(set(counts) - KIND_RULES)
        parts.append(f"no {kind} item ({', '.join(details) or 'none in the library'})")
    advice = "add files to content/" if more_helps else "let the slot take another kind too"
    return f"{', '.join(parts)}: {advice}"
