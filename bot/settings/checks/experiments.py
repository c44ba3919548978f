"""calendar.yaml, experiments: what is compared exists, is there to be counted, and has an end."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from bot.settings.checks.draft import Check, Draft, content_file, listed, repeated
from bot.settings.checks.plan import FILE
from bot.settings.nearest import nearest
from bot.settings.problems import Finding, Path
from bot.settings.schema.channels import MemberPage
from bot.settings.schema.experiments import Outcome


def check_keys(draft: Draft) -> Iterator[Finding]:
    """Experiments have keys of their own, and end after they have begun."""
    experiments = draft.calendar.experiments
    for index, first in repeated(one.key for one in experiments):
        what = f"the same key as experiments[{first}]"
        yield Finding(FILE, _path(index, "key"), what, "give each experiment its own key")
    for index, one in enumerate(experiments):
        if one.ends < one.starts:
            what = f"it ends before it begins ({one.starts})"
            yield Finding(FILE, _path(index, "ends"), what, "write a later day")
        if one.variants[0] == one.variants[1]:
            what = "a variant cannot be compared with itself"
            yield Finding(FILE, _path(index, "variants"), what, "name two different ones", "key")


def check_alone(draft: Draft) -> Iterator[Finding]:
    """An item is in one experiment at a time, else neither would be the only difference."""
    for (first, one), (second, other) in combinations(enumerate(draft.calendar.experiments), 2):
        shared = set(one.items) & set(other.items)
        if shared and one.starts <= other.ends and other.starts <= one.ends:
            what = f"{listed(sorted(shared))} is in experiments[{first}] at the same time"
            instead = "let one of the two begin after the other has ended"
            yield Finding(FILE, _path(second, "items"), what, instead, "key")


def check_items(draft: Draft) -> Iterator[Finding]:
    """The items exist and have the variants; where clicks decide, they have something to click."""
    items = {item.key: item for item in draft.content}
    for index, one in enumerate(draft.calendar.experiments):
        for place, key in enumerate(one.items):
            path = (*_path(index, "items"), place)
            item = items.get(key)
            if item is None:
                what = "there is no file with this name in content/"
                yield Finding(FILE, path, what, nearest(key, list(items)))
                continue
            for variant in one.variants:
                if variant not in item.variants:
                    what = f"{content_file(item)} has no variant {variant}"
                    instead = f"it has {listed(item.variants)}; write the other text into the file"
                    yield Finding(FILE, path, what, instead)
            if one.measure is Outcome.CLICKS and not item.front.link:
                what = f"{content_file(item)} has no link that could be clicked"
                yield Finding(FILE, path, what, "add link: to the file, or choose another measure")


def check_pages(draft: Draft) -> Iterator[Finding]:
    """Clicks are counted by short links, and those are addresses of our pages."""
    if any(isinstance(channel, MemberPage) for channel in draft.bot.channels.values()):
        return
    for index, one in enumerate(draft.calendar.experiments):
        if one.measure is Outcome.CLICKS:
            what = "clicks are not counted: bot.yaml has no channel of kind member_page"
            instead = "add one, or decide by replies, speakers or joins"
            yield Finding(FILE, _path(index, "measure"), what, instead)


def _path(index: int, key: str) -> Path:
    return ("experiments", index, key)


_EXPERIMENTS: Final = frozenset({"calendar.experiments"})

CHECKS = (
    Check(check_keys, reads=_EXPERIMENTS),
    Check(check_alone, reads=_EXPERIMENTS),
    Check(check_items, reads=_EXPERIMENTS, whole=frozenset({"content"})),
    Check(check_pages, reads=_EXPERIMENTS, whole=frozenset({"bot.channels"})),
)
