"""``python -m bot content``: the library, what of it each group has seen, and what it lacks.

It only reads; ``content import`` makes files of a table.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.cli.columns import columns
from bot.cli.content_import import add_import, run_import
from bot.cli.days import add_at, add_days, instant_of
from bot.cli.location import add_location, location_of, refuse
from bot.cli.situation import groups_with_plan, read_situation
from bot.core.errors import StoreError
from bot.core.ids import GroupKey
from bot.schedules.agenda import slots_between
from bot.schedules.decide import Situation
from bot.schedules.supply import forecast
from bot.schedules.usage import Usage, usage_of
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.schema.base import Kind, Pillar
from bot.settings.schema.bot import Group
from bot.settings.settings import ContentItem, Settings

DAYS_AHEAD: Final = 92
MOST_DAYS: Final = 366

_HEAD: Final = (
    "key", "pillar", "kind", "season", "variants", "used", "in a year", "last", "free", "title"
)  # fmt: skip


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "content",
        help="list the library with its use, tell what it lacks, import a table of posts",
        description=__doc__,
    )
    add_location(parser)
    parser.add_argument("--group", default="", metavar="KEY", help="only this group")
    parser.add_argument("--pillar", choices=[*Pillar], help="only items of this pillar")
    parser.add_argument("--kind", choices=[*Kind], help="only items of this kind")
    parser.add_argument("--free", action="store_true", help="only what may be posted today")
    parser.add_argument(
        "--lacking", action="store_true", help="what the library lacks in the next days"
    )
    add_days(parser, DAYS_AHEAD, MOST_DAYS, "how many days --lacking looks ahead")
    add_at(parser, "reckon")
    add_import(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for; 0, or 1 when the configuration or the data is not usable."""
    if arguments.action == "import":
        return run_import(arguments)
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    groups = groups_with_plan(settings, arguments.group)
    if isinstance(groups, str):
        return refuse(groups)
    now = instant_of(arguments.at, settings)
    location = location_of(arguments, settings)
    for group in groups:
        try:
            situation = read_situation(location, settings, group)
        except StoreError as error:
            return refuse(error.message)
        print(f"{group.name} ({group.key})")
        if arguments.lacking:
            lines = lacking(situation, now, arguments.days)
        else:
            shown = [item for item in situation.shelf.everyday if _is_wanted(item, arguments)]
            usages = usage_of(settings, GroupKey(group.key), shown, situation.history.posts, now)
            lines = listing(usages, _today(settings, group, now), only_free=arguments.free)
        for line in lines:
            print(f"  {line}".rstrip())
        print()
    return 0


def listing(usages: Iterator[Usage], today: date, *, only_free: bool = False) -> Iterator[str]:
    """A line for each item, and what they come to."""
    found = [usage for usage in usages if usage.free_on == today or not only_free]
    yield from columns([_HEAD, *(_row(usage, today) for usage in found)])
    free = sum(usage.free_on == today for usage in found)
    unused = sum(not usage.count for usage in found)
    yield f"{len(found)} items: {free} may be posted today, {unused} were never used"


def lacking(situation: Situation, now: datetime, days: int) -> Iterator[str]:
    """What the library lacks for the group's slots of the next ``days``, in sentences."""
    settings, key = situation.settings, situation.group_key
    slots = slots_between(settings, key, now, now + timedelta(days=days))
    gaps = forecast(settings, key, situation.shelf.everyday, situation.history.posts, slots)
    today = _today(settings, situation.group, now)
    last = today + timedelta(days=days)
    for gap in gaps:
        yield gap.sentence(today)
    if not gaps:
        yield f"The library has enough of every pillar and kind until {last}."


def _row(usage: Usage, today: date) -> Sequence[str]:
    front = usage.item.front
    free = "never" if usage.free_on is None else "now" if usage.free_on == today else ""
    return (
        usage.item.key,
        front.pillar,
        front.kind,
        _season(usage.item),
        ", ".join(f"{key} {usage.times.get(key, 0)}" for key in usage.item.variants)
        if len(usage.item.variants) > 1
        else "",
        str(usage.count),
        str(usage.tired),
        str(usage.last or "-"),
        free or str(usage.free_on),
        front.title,
    )


def _season(item: ContentItem) -> str:
    front = item.front
    months = ",".join(map(str, front.months))
    dates = f"{front.valid_from or ''}..{front.valid_to or ''}".strip(".")
    parts = [front.node, f"month {months}" if months else "", dates]
    return " ".join(part for part in parts if part)


def _is_wanted(item: ContentItem, arguments: argparse.Namespace) -> bool:
    front = item.front
    return arguments.pillar in (None, front.pillar) and arguments.kind in (None, front.kind)


def _today(settings: Settings, group: Group, now: datetime) -> date:
    return now.astimezone(settings.zone_of(group)).date()
