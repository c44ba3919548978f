"""The hard rules for a post: what may not come now, and from which day on it may again.

They hold for what the mix chooses, for what people put into the plan and for an owner's 发布 alike.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.core.ids import GroupKey
from bot.schedules.balance import Balance
from bot.schedules.records import Post
from bot.schedules.rollout import in_rollout
from bot.settings.schema.base import Kind
from bot.settings.schema.front_matter import Appeal, ContentFront
from bot.settings.settings import ContentItem, Settings

PROMOTION_DISTANCE = 4
"""Of so many consecutive posts at most one is a promotion."""


class Rule(StrEnum):
    """The rules by which an item may not be posted, as operators read them."""

    OTHER_GROUPS = "for other groups"
    SEASON = "out of season or date"
    COOL_DOWN = "in cool-down"
    KEPT = "kept for a later slot"
    AFTER_PRODUCT = "after a product post"
    BEFORE_PRODUCT = "before a product post that is settled"
    PROMOTIONS = "a promotion within four posts of another"
    DISCOUNTS = "enough posts with a discount"
    HALF_OF_DAY = "half of the day's posts are of its kind"
    NODE_DAY = "made for a node day that is not today"


KIND_RULES = frozenset({Rule.AFTER_PRODUCT, Rule.BEFORE_PRODUCT, Rule.HALF_OF_DAY})
"""Rules in whose way more items of the same kind would not help."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why an item may not be posted; ``until`` when the day is known on which it may again."""

    why: Rule
    until: date | None = None


class Rules:
    """The hard rules for a post of a group at ``at``.

    ``slots_of_day`` is how many posts the plan has for that day, all of its kinds together.
    ``coming`` are the heads of what is settled for the slots right behind it, ``settled_today`` the
    kinds of what is settled for later that day, and ``kept`` the keys of items that are settled for
    any later slot: what is settled shall not become impossible.
    """

    def __init__(
        self,
        settings: Settings,
        group_key: GroupKey,
        posts: Sequence[Post],
        *,
        at: datetime,
        balance: Balance,
        slots_of_day: int,
        coming: Sequence[ContentFront | None] = (),
        settled_today: Sequence[Kind] = (),
        kept: frozenset[str] = frozenset(),
    ) -> None:
        calendar = settings.calendar
        group = settings.group(group_key)
        self.zone = settings.zone if group is None else settings.zone_of(group)
        self.today = at.astimezone(self.zone).date()
        self.last_used = {post.item: post.at for post in posts}
        self._settings = settings
        self._group_key = group_key
        self._rest = max(calendar.limits.item_cooldown_days, 1)
        self._after_product = bool(posts) and posts[-1].kind == Kind.PRODUCT
        self._before_product = bool(coming[:1]) and _is_product(coming[0])
        self._before_promotion = any(
            front is not None and front.promotion for front in coming[: PROMOTION_DISTANCE - 1]
        )
        self._kept = kept
        self._after_promotion = any(post.promotion for post in posts[1 - PROMOTION_DISTANCE :])
        most = balance.window * calendar.mix.discount_percent // 100
        self._discounts_full = balance.discounts >= most
        self._most_of_kind = max(1, slots_of_day // 2)
        self._kinds_today = Counter(
            post.kind
            for post in posts[-calendar.limits.posts_a_day * 2 :]
            if post.at.astimezone(self.zone).date() == self.today
        )
        self._kinds_today.update(settled_today)

    def days_since(self, item: ContentItem) -> int | None:
        """Days since the item was used in the group; None when it never was."""
        used = self.last_used.get(item.key)
        return None if used is None else (self.today - used.astimezone(self.zone).date()).days

    def hindrance(self, item: ContentItem) -> Hindrance | None:
        """The first rule that is in the way of ``item``."""
        front = item.front
        days = self.days_since(item)
        if not is_for_group(self._settings, self._group_key, item):
            return Hindrance(Rule.OTHER_GROUPS)
        if not is_in_season(front, self.today):
            return Hindrance(Rule.SEASON)
        if days is not None and days < self._rest:
            return Hindrance(Rule.COOL_DOWN, self.today + timedelta(days=self._rest - days))
        if item.key in self._kept:
            return Hindrance(Rule.KEPT)
        if front.kind is Kind.PRODUCT and self._after_product:
            return Hindrance(Rule.AFTER_PRODUCT)
        if front.kind is Kind.PRODUCT and self._before_product:
            return Hindrance(Rule.BEFORE_PRODUCT)
        if front.promotion and (self._after_promotion or self._before_promotion):
            return Hindrance(Rule.PROMOTIONS)
        if front.appeal is Appeal.DISCOUNT and self._discounts_full:
            return Hindrance(Rule.DISCOUNTS)
        return None

    def crowding(self, item: ContentItem) -> Hindrance | None:
        """Whether a day would have too much of one kind; that is for the mix, not for wishes."""
        crowded = self._kinds_today[item.front.kind] >= self._most_of_kind
        return Hindrance(Rule.HALF_OF_DAY) if crowded else None


def is_for_group(settings: Settings, group_key: GroupKey, item: ContentItem) -> bool:
    """Whether an item is for a group, and has been rolled out that far."""
    front = item.front
    return in_rollout(settings, front.rollout, group_key, item.key, front.groups)


def _is_product(front: ContentFront | None) -> bool:
    return front is not None and front.kind is Kind.PRODUCT


def is_in_season(front: ContentFront, day: date) -> bool:
    """Whether an item's months and dates allow it on ``day``."""
    return (
        (not front.months or day.month in front.months)
        and (front.valid_from is None or front.valid_from <= day)
        and (front.valid_to is None or day <= front.valid_to)
    )
