"""``python -m bot outlets moments|account|video``: the same content elsewhere.

moments shows the drafts of the next days, how they keep the mix and what cannot appear; with
--report, what became of those that were shown. account and video write drafts that a person has to
edit. Nothing is posted; the database is only read, the drafts need none.
"""

import argparse
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cli.days import add_at, add_days, instant_of
from bot.cli.location import Location, add_location, location_of, refuse
from bot.core.errors import StoreError
from bot.outlets import account, video
from bot.outlets.moments import Draft, Gap, lay_out, times_between
from bot.outlets.records import History, read_history_from
from bot.outlets.report import ENOUGH, PillarResponse, Response, by_pillar, read_responses
from bot.outlets.shelf import look_through, shelf_of
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.schema.base import Pillar
from bot.settings.schema.outlets import Moments
from bot.settings.settings import Settings

MOST_DAYS = 90
REPORT_DAYS = 90


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "outlets", help="drafts for Moments, articles and short videos", description=__doc__
    )
    parser.add_argument("outlet", choices=("moments", "account", "video"))
    add_days(parser, 14, MOST_DAYS)
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write the drafts of account or video there"
    )
    parser.add_argument(
        "--report", action="store_true", help="what became of the Moments of the last 90 days"
    )
    add_at(parser, "lay out")
    add_location(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print, or write; 0, or 1 when something cannot be read, is not there or cannot be written."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    if getattr(settings.outlets, arguments.outlet) is None:
        where = settings.directory / "outlets.yaml"
        return refuse(f"there is nothing to draft: write a section {arguments.outlet} in {where}")
    now = instant_of(arguments.at, settings).astimezone(UTC)
    if arguments.outlet == "moments":
        return _moments(arguments, settings, now)
    if arguments.out is None:
        return refuse("name the folder for the drafts: --out DIR")
    files = dict(_drafts(arguments.outlet, settings, now, arguments.days))
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (arguments.out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        return refuse(f"{arguments.out} cannot be written: {error}")
    print(f"{len(files)} files written to {arguments.out}: drafts, for a person to edit.")
    return 0


def _drafts(outlet: str, settings: Settings, now: datetime, days: int) -> Iterator[tuple[str, str]]:
    """Name and text of every file."""
    today = now.astimezone(settings.zone).date()
    if outlet == "video":
        for script in video.scripts(settings, today, days):
            yield f"video-{script.name}.md", video.as_markdown(script)
        return
    for article in account.articles(settings, today, days):
        yield f"account-{article.name}.html", account.as_html(article)
        yield f"account-{article.name}.md", account.as_markdown(article)


def _moments(arguments: argparse.Namespace, settings: Settings, now: datetime) -> int:
    location = location_of(arguments, settings)
    moments = settings.outlets.moments
    assert moments is not None, "looked at before"
    try:
        if arguments.report:
            with location.reading() as connection:
                since = now - timedelta(days=REPORT_DAYS)
                lines = list(report_lines(read_responses(connection, since, now), settings))
        else:
            history = _read_history(location)
            lines = list(plan_lines(settings, moments, history, now, arguments.days))
    except StoreError as error:
        return refuse(error.message)
    for line in lines:
        print(line.rstrip())
    return 0


def _read_history(location: Location) -> History:
    if location.is_empty:
        return History()
    with location.reading() as connection:
        return read_history_from(connection)


def plan_lines(
    settings: Settings, moments: Moments, history: History, now: datetime, days: int
) -> Iterator[str]:
    """The drafts of the next days, their mix, and what of the library cannot appear."""
    after = max(now, history.since or now)
    planned = lay_out(
        times_between(moments, settings.zone, after, now + timedelta(days=days)),
        shelf_of(settings, moments),
        history.past,
        moments=moments,
        calendar=settings.calendar,
    )
    for one in planned:
        yield from _plan_entry(one, settings)
    drafts = [one for one in planned if isinstance(one, Draft)]
    counts = Counter(draft.pillar for draft in drafts)
    yield ""
    yield f"Mix of these {len(drafts)} drafts, planned against target"
    for pillar in Pillar:
        share = 100 * counts[pillar] / len(drafts) if drafts else 0.0
        yield f"  {pillar:9}{share:5.1f} %  {moments.pillars.get(pillar, 0):3d} %"
    yield ""
    yield "Items that do not appear outside of groups"
    today = now.astimezone(settings.zone).date()
    for unfit in look_through(settings, moments, today)[1]:
        yield f"- {unfit.item.key}: {unfit.why}"


def _plan_entry(one: Draft | Gap, settings: Settings) -> Iterator[str]:
    at = f"{one.time.due_at.astimezone(settings.zone):%Y-%m-%d %a %H:%M}"
    if isinstance(one, Gap):
        yield f"{at}  -  {one.reason}"
        return
    pictures = len(one.pictures) or "no"
    yield f"{at}  {one.pillar}  {one.time.deliver}  {one.item.key}  ({pictures} pictures)"
    yield f"    {one.reason}"
    for line in one.text.split("\n"):
        yield f"    | {line}"


def report_lines(responses: Sequence[Response], settings: Settings) -> Iterator[str]:
    """Private chats within a day of each moment, by pillar, with the number of moments."""
    yield f"Private chats within 24 hours of a moment ({REPORT_DAYS} days, n = {len(responses)})"
    for one in responses:
        at = f"{one.shown_at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
        how = "company" if one.company else "copy"
        liked = "" if one.likes is None else f", {one.likes} likes, {one.comments} comments"
        yield f"  {at}  {one.pillar}  {how}  {one.title}: {one.chats} chats{liked}"
    for pillar in by_pillar(responses):
        yield f"  {_sentence(pillar)}"
    if len(responses) < ENOUGH:
        yield f"Fewer than {ENOUGH} moments: a hint, and no fact."


def _sentence(response: PillarResponse) -> str:
    if not response.n:
        return f"{response.pillar}: none yet"
    return f"{response.pillar}: {response.mean:.1f} chats a moment (n = {response.n})"
