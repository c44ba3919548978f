"""``python -m bot campaign``: a campaign's file from a template, its dry run, and its review.

    campaign new discount --name 双十二 --node double_12
    campaign dry-run double12 [--at 2026-12-04T09:00] [--page dry-run.html]
    campaign review double12 [--page review.html]

Only `new` writes, one file that was not there before, and --page the file that it names.
"""

import argparse
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from bot.cli.campaign_new import KINDS, write_campaign
from bot.cli.campaign_page import rehearsal_page, review_page
from bot.cli.campaign_tables import Table, rehearsal_tables, review_tables, verdict, when
from bot.cli.columns import columns
from bot.cli.days import add_at, instant_of
from bot.cli.location import Location, add_location, location_of, refuse
from bot.cli.situation import read_situation
from bot.core.errors import StoreError
from bot.core.ids import GroupKey
from bot.reports.campaigns import Review, read_review_from
from bot.schedules.campaign_days import Occurrence, last_occurrence, next_occurrence
from bot.schedules.decide import Situation
from bot.schedules.rehearsal import Rehearsal, groups_of, rehearse
from bot.settings.load import load_settings
from bot.settings.nearest import nearest
from bot.settings.problems import Problems
from bot.settings.settings import Settings
from bot.store.connection import Connection

_MEMBERS = """
SELECT group_key, count(*) AS members FROM membership WHERE left_at IS NULL GROUP BY group_key
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "campaign",
        help="make a campaign's file, rehearse it, look back at it",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    new = steps.add_parser("new", help="write campaigns/KEY.yaml from a template")
    new.add_argument("kind", choices=KINDS, help="what the campaign is about")
    new.add_argument("--name", required=True, help="its name, as members know it")
    moment = new.add_mutually_exclusive_group(required=True)
    moment.add_argument("--node", default="", metavar="KEY", help="the node day that is its T0")
    moment.add_argument("--on", type=date.fromisoformat, metavar="2026-12-20", help="its T0")
    new.add_argument("--key", default="", help="the file's name; else that of the node day")
    new.set_defaults(work=_new)
    for name, work, words in (
        ("dry-run", _dry_run, "what it will post, reach and cost, and what is in its way"),
        ("review", _review, "what became of it"),
    ):
        step = steps.add_parser(name, help=words)
        step.add_argument("campaign", metavar="KEY", help="name of the file in campaigns/")
        step.add_argument("--page", type=Path, metavar="FILE", help="write it as a page, too")
        step.set_defaults(work=work)
    for step in steps.choices.values():
        add_location(step)
        add_at(step, "reckon")


def run(arguments: argparse.Namespace) -> int:
    """Do the step; 0, or 1 when it cannot be done or a dry run says that it cannot run."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    now = instant_of(arguments.at, settings)
    if arguments.step != "new" and arguments.campaign not in settings.campaigns:
        wanted = arguments.campaign
        instead = nearest(wanted, sorted(settings.campaigns))
        return refuse(f"there is no {settings.directory}/campaigns/{wanted}.yaml: {instead}")
    try:
        code: int = arguments.work(arguments, settings, now)
    except (StoreError, OSError) as error:
        return refuse(error.message if isinstance(error, StoreError) else str(error))
    return code


def _new(arguments: argparse.Namespace, settings: Settings, now: datetime) -> int:
    written = write_campaign(
        settings,
        kind=arguments.kind,
        name=arguments.name,
        when=arguments.on or arguments.node,
        key=arguments.key,
        today=now.astimezone(settings.zone).date(),
    )
    if isinstance(written, str):
        return refuse(written)
    print(f"{written} is written. Edit every line with CHANGE, then:")
    print(f"  python -m bot check && python -m bot campaign dry-run {written.stem}")
    return 0


def _dry_run(arguments: argparse.Namespace, settings: Settings, now: datetime) -> int:
    today = now.astimezone(settings.zone).date()
    run = next_occurrence(arguments.campaign, settings, today)
    run = run or last_occurrence(arguments.campaign, settings, today)
    if run is None:
        return refuse(f"{arguments.campaign} has no day within the next years")
    location = location_of(arguments, settings)
    situations, members = _read(settings, run, location)
    found = rehearse(settings, run, situations, members, now=now)
    for line in rehearsal_lines(settings, found, now):
        print(line)
    if arguments.page:
        arguments.page.write_text(rehearsal_page(settings, found, now), encoding="utf-8")
    return 0 if found.can_run else 1


def _review(arguments: argparse.Namespace, settings: Settings, now: datetime) -> int:
    run = last_occurrence(arguments.campaign, settings, now.astimezone(settings.zone).date())
    if run is None:
        return refuse(f"{arguments.campaign} has not begun; dry-run shows what it will do")
    with location_of(arguments, settings).reading() as connection:
        review = read_review_from(connection, settings, run, now)
    for line in review_lines(review):
        print(line)
    if arguments.page:
        arguments.page.write_text(review_page(review, now), encoding="utf-8")
    return 0


def _read(
    settings: Settings, run: Occurrence, location: Location
) -> tuple[dict[GroupKey, Situation], dict[GroupKey, int]]:
    """What the plan of each group of the run depends on, and how many are in it."""
    groups = groups_of(settings, run.campaign)
    situations = {
        GroupKey(group.key): read_situation(location, settings, group) for group in groups
    }
    if location.is_empty:
        return situations, {}
    with location.reading() as connection:
        return situations, _members(connection)


def _members(connection: Connection) -> dict[GroupKey, int]:
    rows = connection.execute(_MEMBERS).fetchall()
    return {GroupKey(row["group_key"]): row["members"] for row in rows}


def rehearsal_lines(settings: Settings, found: Rehearsal, now: datetime) -> Iterator[str]:
    """A dry run for a terminal."""
    run, campaign = found.run, found.campaign
    yield f"{campaign.name} ({run.key}), {campaign.type}, T0 {run.t0} {when(settings, found, now)}"
    yield f"Its days: {run.first} to {run.last}"
    yield from _lines(rehearsal_tables(found))
    yield ""
    yield f"Verdict: {verdict(found)}"


def review_lines(review: Review) -> Iterator[str]:
    """A review for a terminal."""
    yield f"{review.campaign.name} ({review.run.key}), {review.run.first} to {review.run.last}"
    yield from _lines(review_tables(review))


def _lines(tables: Iterator[Table]) -> Iterator[str]:
    for table in tables:
        yield ""
        yield table.heading
        for line in columns(table.rows):
            yield f"  {line}".rstrip()
