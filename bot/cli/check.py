"""`check`: tells everything that is wrong with a configuration, or what it amounts to."""

import argparse
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bot.cli.location import add_location, location_of
from bot.core.clock import Clock, SystemClock
from bot.core.errors import StoreError
from bot.platforms.describe import render_channels
from bot.settings.checks.screening import notes_on
from bot.settings.json_schema import stale_schemas, write_schemas
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.reference import render_reference
from bot.settings.schema.base import Kind, Pillar
from bot.settings.settings import Settings

LOOK_AHEAD = timedelta(days=60)
"""So long before they are missed, days off that nobody has told are missed aloud."""

_CLOCK = SystemClock()
_HELP = "check the configuration and tell every mistake with its line"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its arguments."""
    parser = subparsers.add_parser("check", help=_HELP, description=f"{_HELP}.")
    add_location(parser)
    parser.add_argument(
        "--write-schema",
        action="store_true",
        help="write DIR/schema/*.json for editors, docs/configuration.md and docs/channels.md",
    )


def run(arguments: argparse.Namespace, clock: Clock = _CLOCK) -> int:
    """Print what was found; 0 when the configuration is good, otherwise 1."""
    directory: Path = arguments.config
    if arguments.write_schema:
        _write(directory)
    loaded = load_settings(directory, os.environ)
    if isinstance(loaded, Settings):
        loaded = _broken_promises(arguments, loaded, clock) or loaded
    if isinstance(loaded, Problems):
        for problem in loaded.problems:
            print(problem)
        count = len(loaded.problems)
        print(f"{count} problem{'' if count == 1 else 's'}")
        return 1
    print("\n".join(summarise(loaded)))
    for note in (*notes_on(loaded), *_days_off_notes(loaded, clock)):
        print(f"note: {note}")
    if stale_schemas(directory / "schema"):
        print(f"note: {directory / 'schema'} is out of date; run check --write-schema")
    return 0


def summarise(settings: Settings) -> list[str]:
    """A good configuration in a few lines."""
    pillars = Counter(item.front.pillar for item in settings.content)
    kinds = Counter(item.front.kind for item in settings.content)
    channels = ", ".join(f"{key} ({it.kind})" for key, it in settings.bot.channels.items())
    groups = ", ".join(f"{group.name} ({group.key})" for group in settings.bot.groups)
    return [
        f"{settings.directory}: good",
        f"brand      {settings.bot.brand.name}",
        f"groups     {groups or 'none'}",
        f"channels   {channels or 'none'}",
        f"content    {len(settings.content)} items",
        f"  pillars  {', '.join(f'{pillar} {pillars[pillar]}' for pillar in Pillar)}",
        f"  kinds    {', '.join(f'{kind} {kinds[kind]}' for kind in Kind)}",
        f"knowledge  {len(settings.knowledge)} answers",
        f"commands   {len(settings.commands.commands)}",
        *summarise_voice(settings),
    ]


def summarise_voice(settings: Settings) -> list[str]:
    """How often the persona's memory points and liked words are heard, against what was wanted."""
    posts = [item.text for item in settings.content]
    spoken = [text for variants in settings.persona.templates.values() for text in variants]
    lines = [f"persona    {settings.persona.name} ({settings.persona.label})"]
    for point in settings.persona.memory_points:
        heard = sum(point.text in post for post in posts)
        wanted = round(len(posts) / point.every_posts)
        lines.append(f"  memory   {point.text}: in {heard} of {len(posts)} posts, wanted {wanted}")
    liked = [
        f"{word} {sum(word in text for text in (*posts, *spoken))}"
        for word in settings.persona.tone.liked
    ]
    if liked:
        lines.append(f"  liked    {', '.join(liked)} texts")
    return lines


def _days_off_notes(settings: Settings, clock: Clock) -> Iterator[str]:
    """That the list of days off ends soon, if it does."""
    from bot.schedules.workdays import holiday_table_note  # noqa: PLC0415 (heavy)

    today = clock.now().astimezone(settings.zone).date()
    if note := holiday_table_note(today, today + LOOK_AHEAD, settings.calendar.holidays):
        yield note


def _broken_promises(
    arguments: argparse.Namespace, settings: Settings, clock: Clock
) -> Problems | None:
    """What breaks what running lotteries have published; the database knows, if there is one."""
    location = location_of(arguments, settings)
    if location.is_empty:
        return None
    from bot.rewards.lottery.promises import broken_promises  # noqa: PLC0415 (heavy)
    from bot.rewards.lottery.rows import load_open  # noqa: PLC0415 (heavy)

    try:
        with location.reading() as connection:
            rounds = load_open(connection)
    except StoreError as error:
        print(f"note: what lotteries have published was not compared: {error.message}")
        return None
    return broken_promises(rounds, settings, clock.now())


def _write(directory: Path) -> None:
    schema, docs = directory / "schema", directory.parent / "docs"
    write_schemas(schema)
    docs.mkdir(parents=True, exist_ok=True)
    pages = {"configuration.md": render_reference(), "channels.md": render_channels()}
    for name, text in pages.items():
        (docs / name).write_text(text, encoding="utf-8")
    print(f"wrote {schema}, {' and '.join(str(docs / name) for name in pages)}")
