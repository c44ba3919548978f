"""``python -m bot posts``: what became of posts, by pillar and kind, best and worst, experiments.

It only reads. ``--page`` writes the same with charts, as one file with everything in it.
"""

import argparse
import os
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.cli.days import add_at, add_days, instant_of
from bot.cli.location import add_location, location_of, refuse
from bot.core.errors import StoreError
from bot.core.ids import GroupKey
from bot.reports.page import render_page
from bot.reports.posts import read_posts_from
from bot.reports.report import Period, Report, report_on
from bot.reports.text import render_text
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.settings import Settings

MOST_DAYS: Final = 366


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser("posts", help="show what became of posts", description=__doc__)
    add_days(parser, 28, MOST_DAYS)
    parser.add_argument("--group", default="", metavar="KEY", help="only this group")
    parser.add_argument("--page", type=Path, metavar="FILE.html", help="write a page with charts")
    add_location(parser)
    add_at(parser, "look back")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print, or write the page; 0, or 1 when something cannot be read or written."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    groups = tuple(GroupKey(group.key) for group in settings.bot.groups)
    if arguments.group not in ("", *groups):
        return refuse(f"there is no group {arguments.group}; bot.yaml has: {', '.join(groups)}")
    if arguments.group:
        groups = (GroupKey(arguments.group),)
    try:
        report = _report(arguments, settings, groups)
        if arguments.page is None:
            print("\n".join(render_text(report, settings)))
            return 0
        arguments.page.write_text(render_page(report, settings), encoding="utf-8")
    except StoreError as error:
        return refuse(error.message)
    except OSError as error:
        return refuse(f"{arguments.page} cannot be written: {error}")
    print(f"{len(report.posts)} posts written to {arguments.page}.")
    return 0


def _report(
    arguments: argparse.Namespace, settings: Settings, groups: tuple[GroupKey, ...]
) -> Report:
    """The report that was asked for; experiments are judged by the posts of all groups."""
    now = instant_of(arguments.at, settings)
    since = now - timedelta(days=arguments.days)
    period = Period(since, now, groups, settings.calendar.experiments)
    with location_of(arguments, settings).reading() as connection:
        read = read_posts_from(connection, period.read_since(settings))
    return report_on(settings, period, [post for post in read if post.posted_at <= now])
