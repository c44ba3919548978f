"""``python -m bot plan``: the next days of each group, and how they keep the mix.

It shows what the publisher will do if nothing changes, from the same functions on the same rows.
``--page`` writes the same as a calendar on which each post opens as members will see it. It only
reads.
"""

import argparse
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.cli.columns import columns
from bot.cli.days import add_at, add_days, instant_of
from bot.cli.location import add_location, location_of, refuse
from bot.cli.plan_page import GroupPlan, plan_page
from bot.cli.situation import count_members, groups_with_plan, read_situation
from bot.core.errors import StoreError
from bot.persona.voice import Voice
from bot.schedules.campaign_days import phase_name
from bot.schedules.decide import Situation
from bot.schedules.node_days import NodeDay, next_node_days, phase_of
from bot.schedules.plan import Plan, PlannedPost, Share, lay_out
from bot.schedules.rendering import Renderer
from bot.settings.load import load_settings
from bot.settings.pages import Pages
from bot.settings.problems import Problems
from bot.settings.schema.base import Weekday
from bot.settings.settings import Settings

NODE_DAYS_SHOWN = 7
MOST_DAYS = 90
_WEEKDAYS = tuple(Weekday)

Line = tuple[str, ...]

_POST_HEAD: Line = (
    "day", "", "time", "pillar", "kind", "title", "step", "node day", "state", "why"
)  # fmt: skip
_MIX_HEAD: Line = ("", "planned", "target", "planned", "target")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "plan", help="show what will be posted in the next days, and why", description=__doc__
    )
    add_days(parser, 14, MOST_DAYS)
    parser.add_argument("--group", default="", metavar="KEY", help="only this group")
    parser.add_argument("--page", type=Path, metavar="FILE.html", help="write a page instead")
    add_location(parser)
    add_at(parser, "lay out")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan, or write its page. 0, or 1 when something cannot be read or written."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    groups = groups_with_plan(settings, arguments.group)
    if isinstance(groups, str):
        return refuse(groups)
    now = instant_of(arguments.at, settings)
    location = location_of(arguments, settings)
    plans = []
    for group in groups:
        try:
            situation = read_situation(location, settings, group)
            members = count_members(location, situation.group_key)
        except StoreError as error:
            return refuse(error.message)
        plans.append(GroupPlan(situation, lay_out(situation, now, arguments.days), members))
    if arguments.page is not None:
        return _write_page(arguments.page, settings, plans, now=now, days=arguments.days)
    for one in plans:
        group = one.situation.group
        print(f"{group.name} ({group.key})")
        _print_all(_plan_lines(one.plan, one.situation))
    print("Next node days")
    today = now.astimezone(settings.zone).date()
    _print_all(columns(_node_day_rows(today, settings)))
    return 0


@dataclass(frozen=True, slots=True)
class _Files:
    """The settings of the files, for what asks for those in force."""

    current: Settings


def _write_page(
    path: Path, settings: Settings, plans: Sequence[GroupPlan], *, now: datetime, days: int
) -> int:
    """Write the page; the same every time, so its voice draws from a fixed seed."""
    live, web = _Files(settings), settings.bot.web
    pages = Pages(live, f"http://{web.host}:{web.port}")
    renderer = Renderer(Voice(live, random.Random(1)), pages)
    try:
        page = plan_page(settings, plans, renderer, now=now, days=days)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        return refuse(f"{path} cannot be written: {error}")
    posts = sum(len(one.plan.posts) for one in plans)
    print(f"{posts} slots of {len(plans)} groups written to {path}.")
    return 0


def _print_all(lines: Iterator[str]) -> None:
    for line in lines:
        print(f"  {line}".rstrip())
    print()


def _plan_lines(plan: Plan, situation: Situation) -> Iterator[str]:
    settings, paused_at = situation.settings, situation.history.paused_at
    zone = settings.zone_of(situation.group)
    if paused_at is not None:
        since = paused_at.astimezone(zone)
        yield f"Paused since {since:%Y-%m-%d %H:%M}: nothing is posted until an owner resumes."
    yield from columns([_POST_HEAD, *(_post_row(post, zone) for post in plan.posts)])
    yield ""
    count = plan.mix.kinds[0].count
    yield f"Mix of the last {count} posts of the plan and before it, planned against target"
    pillars = map(_share_row, plan.mix.pillars)
    kinds = map(_share_row, plan.mix.kinds)
    yield from columns([_MIX_HEAD, ("pillars",), *pillars, ("kinds",), *kinds])
    yield ""
    yield "The library lacks" if plan.lacking else "The library lacks nothing for these days."
    for sentence in plan.lacking:
        yield f"- {sentence}"


def _post_row(post: PlannedPost, zone: ZoneInfo) -> Line:
    at = post.slot.due_at.astimezone(zone)
    front = post.choice.item.front if post.choice else None
    return (
        f"{at:%Y-%m-%d}",
        _WEEKDAYS[at.weekday()],
        f"{at:%H:%M}",
        front.pillar if front else "-",
        front.kind if front else "-",
        front.title if front else "(nothing)",
        post.choice.step.key if post.choice else "-",
        ", ".join(day.name for day in post.nodes),
        _state(post),
        post.reason,
    )


def _state(post: PlannedPost) -> str:
    """What is settled about a post, in a word or two."""
    if post.awaits:
        return f"waits for {' or '.join(post.awaits)}"
    if post.edit.locked is not None:
        return "locked"
    return f"approved by {post.approved_by}" if post.approved_by else ""


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
            _distance(day, today),
            day.name,
            "nothing is posted" if day.solemn else _phase(day, today),
        )
        for day in next_node_days(today, NODE_DAYS_SHOWN, settings.calendar)
    ]


def _distance(day: NodeDay, today: date) -> str:
    if day.on > today:
        return f"in {(day.on - today).days} days"
    return "today" if day.on == day.last else f"until {day.last:%m-%d}"


def _phase(day: NodeDay, today: date) -> str:
    """What today is for a campaign about the day, as "T-7 tease"; empty while it is far away."""
    seen = phase_of(day, today) if day.is_occasion else None
    return f"{phase_name(seen.day)} {seen.phase}" if seen else ""
