"""campaigns/: what a campaign names exists, its days fit, its prices are true, and it has an end.

What depends on the year (a day of mourning, another campaign, what the weekly slots hold then) is
not a mistake of the file: ``python -m bot campaign dry-run`` tells it.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from bot.settings.checks.days import unknown_groups
from bot.settings.checks.draft import Check, Draft, campaign_file, repeated
from bot.settings.checks.plan import FILE as CALENDAR
from bot.settings.checks.plan import is_quiet
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.calendar import BUILT_IN_NODE_KEYS
from bot.settings.schema.campaigns import CHECKIN, CampaignFile, CampaignPost, CampaignType
from bot.settings.schema.front_matter import ROTATE

_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_DAY_MINUTES: Final = 24 * 60


def check_names(draft: Draft) -> Iterator[Finding]:
    """A file's name can be typed and stored: everything that the campaign gives is booked on it."""
    for key, file, _ in _campaigns(draft):
        if not _KEY.fullmatch(key):
            what = f"{key} is no name for machines"
            instead = "name the file with lower case letters, digits, - and _, as double12.yaml"
            yield Finding(file, ("name",), what, instead, "key")


def check_day(draft: Draft) -> Iterator[Finding]:
    """Its T0 is said once: by a node day that exists, or by a date."""
    known = sorted(BUILT_IN_NODE_KEYS | {day.key for day in draft.calendar.node_days})
    for key, file, campaign in _campaigns(draft):
        if not draft.is_whole("campaigns", f"{key}.yaml"):
            continue
        if campaign.node and campaign.on:
            what = "node says already when it is"
            yield Finding(file, ("on",), what, "remove one of the two", "key")
        elif campaign.node and campaign.node not in known:
            instead = nearest(campaign.node, known)
            if instead == "remove it":
                instead = f"add it to node_days of {CALENDAR}, or write on: with a date"
            yield Finding(file, ("node",), "there is no such node day", instead)
        elif not campaign.node and campaign.on is None:
            instead = "write node: with the key of a node day, or on: with a date"
            yield Finding(file, ("node",), "nothing says when it is", instead, "key")


def check_groups(draft: Draft) -> Iterator[Finding]:
    """The campaign and its posts are for groups that exist, and posts for none but its own."""
    known = {group.key for group in draft.bot.groups}
    for _, file, campaign in _campaigns(draft):
        yield from unknown_groups(draft, file, (), campaign.groups, campaign.rollout)
        for index, post in enumerate(campaign.posts):
            path: Path = ("posts", index)
            yield from unknown_groups(draft, file, path, post.groups)
            for number, group in enumerate(post.groups):
                if campaign.groups and group in known - set(campaign.groups):
                    what = "the campaign is not for this group"
                    instead = nearest(group, campaign.groups)
                    yield Finding(file, (*path, "groups", number), what, instead)


def check_days(draft: Draft) -> Iterator[Finding]:
    """Days are in order and inside the campaign's."""
    for _, file, campaign in _campaigns(draft):
        first, last = campaign.first_day, campaign.last_day
        if first > 0:
            yield Finding(file, ("first_day",), "after T0", "write 0 or a day before, as -7")
        if last < 0:
            yield Finding(file, ("last_day",), "before T0", "write 0 or a day after, as 3")
        if first <= 0 <= last:
            for path, phase in _phases(campaign):
                if not first <= phase <= last:
                    what = f"outside the campaign's days, {first} to {last}"
                    instead = f"write a day from {first} to {last}, or move first_day or last_day"
                    yield Finding(file, path, what, instead)
        if signup := campaign.signup:
            if signup.closes < signup.opens:
                instead = f"write {signup.opens} or a later day"
                yield Finding(file, ("signup", "closes"), "before opens", instead)
            elif signup.code_day < signup.closes:
                instead = f"write {signup.closes} or a later day, or let closes be earlier"
                what = "places can still be taken after the code word was asked for"
                yield Finding(file, ("signup", "code_day"), what, instead)


def _phases(campaign: CampaignFile) -> Iterator[tuple[Path, int]]:
    for index, post in enumerate(campaign.posts):
        yield ("posts", index, "phase"), post.phase
    if campaign.reminder:
        yield ("reminder", "phase"), campaign.reminder.phase
    if signup := campaign.signup:
        yield ("signup", "opens"), signup.opens
        yield ("signup", "closes"), signup.closes
        yield ("signup", "code_day"), signup.code_day


def check_times(draft: Draft) -> Iterator[Finding]:
    """Posts keep the least gap and are no more than a day may have, in every group."""
    limits = draft.calendar.limits
    for _, file, campaign in _campaigns(draft):
        close: dict[int, int] = {}
        many: set[int] = set()
        for group in _audiences(campaign):
            mine = [i for i, post in enumerate(campaign.posts) if _is_for(post, group)]
            mine.sort(key=lambda index: (_minutes(campaign.posts[index]), index))
            for earlier, later in pairwise(mine):
                apart = _minutes(campaign.posts[later]) - _minutes(campaign.posts[earlier])
                if apart < max(limits.gap_minutes, 1):
                    close[later] = earlier
            days: dict[int, int] = {}
            for index in mine:
                phase = campaign.posts[index].phase
                days[phase] = days.get(phase, 0) + 1
                if days[phase] > limits.posts_a_day:
                    many.add(index)
        for later, earlier in sorted(close.items()):
            apart = _minutes(campaign.posts[later]) - _minutes(campaign.posts[earlier])
            what = f"{apart} minutes after posts[{earlier}]"
            instead = f"leave {limits.gap_minutes} minutes (limits.gap_minutes of {CALENDAR})"
            yield Finding(file, ("posts", later, "at"), what, instead)
        for index in sorted(many):
            what = f"more than {limits.posts_a_day} posts on this day"
            instead = f"choose another day, or raise limits.posts_a_day of {CALENDAR}"
            yield Finding(file, ("posts", index, "phase"), what, instead)


def _audiences(campaign: CampaignFile) -> list[str]:
    """Every group that a post names, and one that none does."""
    return ["", *sorted({group for post in campaign.posts for group in post.groups})]


def _is_for(post: CampaignPost, group: str) -> bool:
    return not post.groups or group in post.groups


def _minutes(post: CampaignPost) -> int:
    return post.phase * _DAY_MINUTES + post.at.hour * 60 + post.at.minute


def check_quiet_hours(draft: Draft) -> Iterator[Finding]:
    """Nobody is woken by a post or a reminder."""
    quiet = draft.calendar.quiet_hours
    for _, file, campaign in _campaigns(draft):
        times = [(("posts", i, "at"), post.at) for i, post in enumerate(campaign.posts)]
        reminder = campaign.reminder
        reminders = [] if reminder is None else [(("reminder", "at"), reminder.at)]
        for path, at in (*times, *reminders):
            if is_quiet(at, quiet.starts, quiet.ends):
                what = f"inside the quiet hours, {quiet.starts:%H:%M} to {quiet.ends:%H:%M}"
                yield Finding(file, path, what, f"choose a time outside ({CALENDAR}, quiet_hours)")


def check_fission(draft: Draft) -> Iterator[Finding]:
    """A post's fission step exists."""
    known = [ROTATE, *(step.key for step in draft.calendar.fission_steps)]
    for _, file, campaign in _campaigns(draft):
        for index, post in enumerate(campaign.posts):
            if post.fission not in known:
                what = f"no such key under fission_steps of {CALENDAR}"
                path = ("posts", index, "fission")
                yield Finding(file, path, what, nearest(post.fission, known))


def check_gifts(draft: Draft) -> Iterator[Finding]:
    """Gifts stand in the shop."""
    known = [gift.key for gift in draft.rewards.shop.gifts]
    for _, file, campaign in _campaigns(draft):
        for index, gift in enumerate(campaign.gifts):
            if gift not in known:
                what = "the shop of rewards.yaml has no gift with this key"
                yield Finding(file, ("gifts", index), what, nearest(gift, known))


def check_points(draft: Draft) -> Iterator[Finding]:
    """What pays more exists."""
    known = [CHECKIN, *(rule.key for rule in draft.rewards.earning.rules)]
    for _, file, campaign in _campaigns(draft):
        for rule in campaign.points:
            if rule not in known:
                what = "rewards.yaml has no earning rule with this key"
                yield Finding(file, ("points", rule), what, nearest(rule, known), "key")


def check_prices(draft: Draft) -> Iterator[Finding]:
    """A price is no higher than the lowest of the 7 days before (规范促销行为暂行规定)."""
    for _, file, campaign in _campaigns(draft):
        is_discount = campaign.type is CampaignType.DISCOUNT
        if is_discount and not campaign.products:
            instead = "add products: with name, price_fen and lowest_fen"
            yield Finding(file, ("type",), "a discount on nothing", instead)
        for index, product in enumerate(campaign.products):
            path: Path = ("products", index, "price_fen")
            if product.price_fen > product.lowest_fen:
                what = f"more than it was sold for in the 7 days before, {product.lowest_fen} fen"
                yield Finding(file, path, what, f"write {product.lowest_fen} or less")
            elif is_discount and product.price_fen == product.lowest_fen:
                what = "no discount: it was sold for this in the 7 days before"
                instead = f"write less than {product.lowest_fen}, or choose another type"
                yield Finding(file, path, what, instead)
            if product.link and not product.link.startswith("https://"):
                what = "no https address"
                yield Finding(file, ("products", index, "link"), what, "write https://…")


def check_budget(draft: Draft) -> Iterator[Finding]:
    """What is given has an end: a budget that pays for every place, perks that do not run over."""
    for _, file, campaign in _campaigns(draft):
        budget, signup = campaign.budget, campaign.signup
        if campaign.points and not budget.points:
            instead = "add budget: {points: …}, a hard stop"
            yield Finding(file, ("points",), "this pays without an end", instead, "key")
        seats = 0 if signup is None else signup.quota * signup.points
        if seats > budget.points:
            what = f"the budget of {budget.points} points does not pay for all places: {seats}"
            instead = f"write budget: {{points: {seats}}} or more, or fewer points"
            yield Finding(file, ("signup", "points"), what, instead)
        for index, perk in enumerate(campaign.perks):
            if perk.each > perk.quota:
                what = f"more than there are: {perk.quota}"
                instead = f"write at most {perk.quota}"
                yield Finding(file, ("perks", index, "each"), what, instead)


def check_purpose(draft: Draft) -> Iterator[Finding]:
    """A campaign has what its type promises."""
    for _, file, campaign in _campaigns(draft):
        gives = (campaign.gifts, campaign.points, campaign.perks, campaign.products)
        match campaign.type:
            case CampaignType.SIGNUP if campaign.signup is None:
                instead = "add signup: with opens, closes, quota and code"
                yield Finding(file, ("type",), "nobody can sign up", instead)
            case CampaignType.PROMOTION if not any(gives) and not campaign.budget.fen:
                instead = "add gifts, points, perks, products or a budget for packets"
                yield Finding(file, ("type",), "a promotion that gives nothing", instead)
            case _:
                pass


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Perks and the day's posts can be told apart."""
    for _, file, campaign in _campaigns(draft):
        for index, first in repeated(perk.key for perk in campaign.perks):
            what = f"the same key as perks[{first}]"
            yield Finding(file, ("perks", index, "key"), what, "give each perk its own key")
        for index, first in repeated(gift for gift in campaign.gifts):
            yield Finding(file, ("gifts", index), f"the same as gifts[{first}]", "remove one")


def _campaigns(draft: Draft) -> Iterator[tuple[str, str, CampaignFile]]:
    for key, campaign in draft.campaigns.items():
        yield key, campaign_file(key), campaign


_NONE: Final = frozenset[str]()

CHECKS = (
    Check(check_names, reads=_NONE),
    Check(check_day, reads=_NONE, whole=frozenset({"calendar.node_days"})),
    Check(check_groups, reads=_NONE, whole=frozenset({"bot.groups"})),
    Check(check_days, reads=_NONE),
    Check(check_times, reads=_NONE, whole=frozenset({"calendar.limits"})),
    Check(check_quiet_hours, reads=_NONE, whole=frozenset({"calendar.quiet_hours"})),
    Check(check_fission, reads=_NONE, whole=frozenset({"calendar.fission_steps"})),
    Check(check_gifts, reads=_NONE, whole=frozenset({"rewards.shop"})),
    Check(check_points, reads=_NONE, whole=frozenset({"rewards.earning"})),
    Check(check_prices, reads=_NONE),
    Check(check_budget, reads=_NONE),
    Check(check_purpose, reads=_NONE),
    Check(check_keys, reads=_NONE),
)
