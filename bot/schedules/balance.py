"""How far a group's posts are from their target mix, in whole hundredths of a post.

The mix is kept over ``window_posts`` consecutive posts. Of a pillar with the share p any full
window shall hold p x window posts, one more or less at most. Whoever takes the next post only from
pillars without an excess keeps that for ever:

- once a window is full, a post leaves it whenever one comes, and the pillar of the leaving one may
  always be taken again, so that no step leads into a dead end;
- until then a pillar may be taken as long as none has too many and the posts that are missing
  somewhere still fit into what is left of the first window. Rounding the targets down or up always
  gives such a window, so at the first post one is possible, and each step keeps one possible.

``tests/property/test_mix.py`` holds it for random shares, libraries and calendars.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.ids import GroupKey
from bot.schedules.records import Post
from bot.settings.schema.base import Kind, Pillar, Weekday
from bot.settings.schema.calendar import Mix, Shares

USUAL = ""
"""The key of the usual mix."""

_WEEKDAYS = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Balance:
    """The last posts of a mix, one fewer than its window holds, before the next one comes.

    ``posts`` is how many there are, by ``pillars``, ``kinds`` and with a discount.
    """

    key: str
    shares: Shares
    window: int
    posts: int
    pillars: Mapping[str, int]
    kinds: Mapping[str, int]
    discounts: int

    def owed(self, pillar: Pillar, kind: Kind) -> tuple[int, int]:
        """Hundredths of a post owed to the pillar and to the kind, the next post included."""
        count = self.posts + 1
        return (
            self.shares.pillars.get(pillar, 0) * count - 100 * self.pillars.get(pillar, 0),
            self.shares.kinds.get(kind, 0) * count - 100 * self.kinds.get(kind, 0),
        )

    def pillar_excess(self, pillar: Pillar) -> int:
        """How many posts the window would be out of bounds with a post of ``pillar`` next.

        0 keeps every pillar within one post of its target. More is left after other targets, an
        owner's wishes, or when the library could not supply.
        """
        return _excess(pillar, _named(self.shares.pillars), self.pillars, self._places)

    def kind_excess(self, kind: Kind) -> int:
        """The same of a kind."""
        return _excess(kind, _named(self.shares.kinds), self.kinds, self._places)

    @property
    def _places(self) -> int:
        """How many places of the window are left before the next post."""
        return self.window - self.posts


def _excess(name: str, shares: Mapping[str, int], posts: Mapping[str, int], places: int) -> int:
    window = sum(posts.values()) + places
    missing = over = 0
    for other, percent in shares.items():
        count = posts.get(other, 0) + (other == name)
        least, most = _bounds(percent * window)
        missing += max(0, least - count)
        over += max(0, count - most)
    return over + max(0, missing - (places - 1))


def _bounds(hundredths: int) -> tuple[int, int]:
    """The fewest and the most posts that are within one of a target in hundredths of a post."""
    return max(0, -(-(hundredths - 100) // 100)), (hundredths + 100) // 100


def _named(shares: Mapping[Pillar, int] | Mapping[Kind, int]) -> dict[str, int]:
    return {name.value: percent for name, percent in shares.items()}


def balance(posts: Sequence[Post], mix: Mix, group_key: GroupKey, on: date) -> Balance:
    """How the mix that holds for ``group_key`` on a day stands after ``posts``."""
    key, shares = shares_on(mix, group_key, on)
    window = last_of(posts, key, mix.window_posts - 1)
    return Balance(
        key=key,
        shares=shares,
        window=mix.window_posts,
        posts=len(window),
        pillars=Counter(post.pillar for post in window),
        kinds=Counter(post.kind for post in window),
        discounts=sum(post.discount for post in window),
    )


def shares_on(mix: Mix, group_key: GroupKey, on: date) -> tuple[str, Shares]:
    """The mix that holds for a group on a day, with its key: the first other one that fits."""
    for other in mix.others:
        if (
            (not other.groups or group_key in other.groups)
            and (not other.days or _WEEKDAYS[on.weekday()] in other.days)
            and (other.first_day is None or other.first_day <= on)
            and (other.last_day is None or on <= other.last_day)
        ):
            return other.key, other
    return USUAL, mix


def last_of(posts: Sequence[Post], key: str, count: int) -> list[Post]:
    """The last ``count`` posts that were chosen for a mix, the latest first."""
    found: list[Post] = []
    for post in reversed(posts):
        if len(found) == count:
            break
        if post.mix == key:
            found.append(post)
    return found
