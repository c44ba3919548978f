"""``python -m bot plan``: the next days of each group, and how they keep the mix.

It shows what the publisher will do if nothing changes, from the same functions on the same rows.
It only reads.
"""

import argparse
import os
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import zip_longest

from bot.cli.location import Location, add_location, location_of, refuse
from bot.core.clock import SystemClock
from bot.core.errors import StoreError
from bot.core.ids import GroupKey
from bot.schedules.node_days import next_node_days
from bot.schedules.plan import Plan, PlannedPost, Share, lay_out
from bot.schedules.records import History, read_history_from
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.schema.base import Weekday
from bot.settings.settings import Settings

NODE_DAYS_SHOWN = 7
MOST_DAYS = 90
_WEEKDAYS = tuple(Weekday)

Line = tuple[str, ...]

_POST_HEAD: Line = (
    "day", "", "time", "pillar", "kind", "title", "step", "node day", "why"
)  # fmt: skip
_MIX_HEAD: Line = ("", "planned", "target", "planned", "target")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "plan", help="show what will be posted in the next days, and why", description=__doc__
    )
    parser.add_argument(
        "--days", type=_day_count, default=14, metavar="N", help="how many days (1 to 90)"
    )
    parser.add_argument("--group", default="", metavar="KEY", help="only this group")
    add_location(parser)
    parser.add_argument(
        "--at",
        type=datetime.fromisoformat,
        default=None,
        metavar="2026-11-22T09:00",
        help="lay out from this local time instead of now",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan. 0, or 1 when the configuration, the group or the database is not usable."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    scheduled = [group for group in settings.bot.groups if group.scheduled]
    groups = [group for group in scheduled if arguments.group in ("", group.key)]
    if not groups:
        known = ", ".join(group.key for group in scheduled)
        wanted = f"group {arguments.group} with a plan" if arguments.group else "group with a plan"
        return refuse(f"there is no {wanted}; bot.yaml has: {known}")
    now = _instant(arguments.at, settings)
    location = location_of(arguments, settings)
    for group in groups:
        try:
            history = _read_history(location, GroupKey(group.key))
        except StoreError as error:
            return refuse(error.message)
        plan = lay_out(settings, GroupKey(group.key), history, now, arguments.days)
        print(f"{group.name} ({group.key})")
        _print_all(_plan_lines(plan, history, settings))
    print("Next node days")
    today = now.astimezone(settings.zone).date()
    _print_all(_columns(_node_day_rows(today, settings)))
    return 0


def _day_count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"write a whole number of days from 1 to {MOST_DAYS}")
    return int(text)


def _instant(at: datetime | None, settings: Settings) -> datetime:
    if at is None:
        return SystemClock().now()
    return at if at.tzinfo else at.replace(tzinfo=settings.zone)


def _read_history(location: Location, group_key: GroupKey) -> History:
    if location.is_empty:
        return History()
    with location.reading() as connection:
        return read_history_from(connection, group_key)


def _print_all(lines: Iterator[str]) -> None:
    for line in lines:
        print(f"  {line}".rstrip())
    print()


def _plan_lines(plan: Plan, history: History, settings: Settings) -> Iterator[str]:
    if history.paused_at is not None:
        since = history.paused_at.astimezone(settings.zone)
        yield f"Paused since {since:%Y-%m-%d %H:%M}: nothing is posted until an owner resumes."
    yield from _columns([_POST_HEAD, *(_post_row(post, settings) for post in plan.posts)])
    yield ""
    count = plan.mix.kinds[0].count
    days = settings.calendar.mix.window_days
    yield f"Mix of the {days} days that end with the plan: {count} posts, planned against target"
    pillars = map(_share_row, plan.mix.pillars)
    kinds = map(_share_row, plan.mix.kinds)
    yield from _columns([_MIX_HEAD, ("pillars",), *pillars, ("kinds",), *kinds])
    yield ""
    yield "The library lacks" if plan.lacking else "The library lacks nothing for these days."
    for sentence in plan.lacking:
        yield f"- {sentence}"


def _post_row(post: PlannedPost, settings: Settings) -> Line:
    at = post.slot.due_at.astimezone(settings.zone)
    front = post.item.front if post.item else None
    return (
        f"{at:%Y-%m-%d}",
        _WEEKDAYS[at.weekday()],
        f"{at:%H:%M}",
        front.pillar if front else "-",
        front.kind if front else "-",
        front.title if front else "(nothing)",
        post.step.key if post.step else "-",
        ", ".join(day.name for day in post.nodes),
        post.reason,
    )


def _share_row(share: Share) -> Line:
    return (
        f"  {share.name}",
        f"{share.percent:5.1f} %",
        f"{share.target_percent:5.1f} %",
        f"{share.posts:3d} posts",
        f"{share.target_posts:5.1f} posts",
    )


def _node_day_rows(today: date, settings: Settings) -> list[Line]:
    return [
        (
            f"{day.on}",
            _WEEKDAYS[day.on.weekday()],
            f"in {(day.on - today).days} days" if day.on > today else "today",
            day.name,
            "nothing is posted" if day.solemn else "",
        )
        for day in next_node_days(today, NODE_DAYS_SHOWN, settings.calendar)
    ]


def _columns(rows: Sequence[Line]) -> Iterator[str]:
    """Rows as aligned lines; a Chinese character takes two columns of a terminal."""
    columns = zip_longest(*rows, fillvalue="")
    widths = [max(map(_width, column)) for column in columns]
    for row in rows:
        cells = zip(row, widths, strict=False)  # a short row leaves the rest empty
        yield "  ".join(cell + " " * (width - _width(cell)) for cell, width in cells).rstrip()


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(mark) else 2 if unicodedata.east_asian_width(mark) in "WF" else 1
        for mark in text
    )
