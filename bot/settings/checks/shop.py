"""rewards.yaml, shop: things can be told apart, can be had, and cost what they should."""

from collections.abc import Iterator
from itertools import pairwise

from bot.core.pictures import MOST_LINES
from bot.core.text import fold
from bot.settings.checks.draft import Check, Draft
from bot.settings.checks.screening import RULES, Spoken, screen
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.rewards.shop import Coupon, Gift, GiftKind

FILE = "rewards.yaml"

_Item = tuple[Path, Gift | Coupon]


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Every thing has a key of its own: the books know it by that."""
    seen: dict[str, Path] = {}
    for path, item in _items(draft):
        first = seen.setdefault(item.key, path)
        if first is not path:
            what = f"the same key as {first[1]}[{first[2]}]"
            yield Finding(FILE, (*path, "key"), what, "give each thing its own key")


def check_names(draft: Draft) -> Iterator[Finding]:
    """Every thing has a name of its own, that is no number of the list."""
    seen: dict[str, Path] = {}
    for path, item in _items(draft):
        name = fold(item.name).replace(" ", "")
        if name.isdecimal():
            what = "members would mean the number in the list"
            yield Finding(FILE, (*path, "name"), what, "write a name with words")
        first = seen.setdefault(name, path)
        if first is not path:
            what = f"the same name as {first[1]}[{first[2]}]"
            yield Finding(FILE, (*path, "name"), what, "members type names: make them different")


def check_gifts(draft: Draft) -> Iterator[Finding]:
    """A title says what the member is called; everything else is in stock."""
    for index, gift in enumerate(draft.rewards.shop.gifts):
        path: Path = ("shop", "gifts", index)
        if gift.kind is GiftKind.TITLE:
            if not gift.title:
                instead = "add title: what the member is called"
                yield Finding(FILE, path, "a title without words", instead, "key")
            if gift.stock is not None:
                yield Finding(FILE, (*path, "stock"), "titles do not run out", "remove it", "key")
        else:
            if gift.stock is None:
                instead = "add stock: how many pieces there are"
                yield Finding(FILE, path, f"a {gift.kind} without stock", instead, "key")
            if gift.title:
                what = f"a {gift.kind} is not carried as a title"
                yield Finding(FILE, (*path, "title"), what, "remove it, or write kind: title")


def check_coupons(draft: Draft) -> Iterator[Finding]:
    """A coupon takes less off than is spent, and its budget pays for one at least."""
    for index, coupon in enumerate(draft.rewards.shop.coupons):
        path: Path = ("shop", "coupons", index)
        if 0 < coupon.min_spend_fen <= coupon.value_fen:
            what = "the order would be free"
            instead = f"write more than value_fen ({coupon.value_fen}), or 0 for any order"
            yield Finding(FILE, (*path, "min_spend_fen"), what, instead)
        if 0 < coupon.budget_fen < coupon.value_fen:
            what = f"this does not pay for one coupon of {coupon.value_fen} fen"
            yield Finding(FILE, (*path, "budget_fen"), what, "raise it, or write 0 to issue none")


def check_limits(draft: Draft) -> Iterator[Finding]:
    """A longer span has no smaller limit than a shorter one: the shorter could never be reached."""
    for path, item in _items(draft):
        limits = [
            (name, limit)
            for name in ("most_a_day", "most_a_month", "most_ever")
            if (limit := getattr(item, name)) is not None
        ]
        for (shorter, small), (longer, large) in pairwise(limits):
            if large < small:
                what = f"{longer} {large} is reached before {shorter} {small}"
                yield Finding(FILE, (*path, shorter), what, f"write at most {large}")


def check_levels(draft: Draft) -> Iterator[Finding]:
    """A level that is asked for exists."""
    known = [level.name for level in draft.rewards.levels]
    for path, item in _items(draft):
        if item.level and item.level not in known:
            what = "there is no level with this name"
            yield Finding(FILE, (*path, "level"), what, nearest(item.level, known))


def check_words(draft: Draft) -> Iterator[Finding]:
    """Nothing that members read contains a word that may not be said."""
    texts: list[Spoken] = []
    for path, item in _items(draft):
        title = item.title if isinstance(item, Gift) else ""
        named = (("name", item.name), ("note", item.note), ("title", title))
        texts += [(FILE, (*path, name), text) for name, text in named]
    yield from screen(draft, texts)


def check_length(draft: Draft) -> Iterator[Finding]:
    """The list fits on a picture that a phone can show."""
    count = len(list(_items(draft)))
    if count > MOST_LINES:
        what = f"{count} things are more than a picture can show"
        yield Finding(FILE, ("shop",), what, f"offer at most {MOST_LINES} at a time", "key")


def _items(draft: Draft) -> Iterator[_Item]:
    """Gifts and coupons, each with its place in the file."""
    for index, gift in enumerate(draft.rewards.shop.gifts):
        yield ("shop", "gifts", index), gift
    for index, coupon in enumerate(draft.rewards.shop.coupons):
        yield ("shop", "coupons", index), coupon


_SHOP = frozenset({"rewards.shop"})
_LEVELS = frozenset({"rewards.levels"})

CHECKS = (
    Check(check_keys, reads=_SHOP),
    Check(check_names, reads=_SHOP),
    Check(check_gifts, reads=_SHOP),
    Check(check_coupons, reads=_SHOP),
    Check(check_limits, reads=_SHOP),
    Check(check_levels, reads=_SHOP, whole=_LEVELS),
    Check(check_words, reads=_SHOP, whole=RULES),
    Check(check_length, reads=_SHOP),
)
