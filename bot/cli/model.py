"""``python -m bot model``: how the language model is used, and what became of each turn.

It only reads. ``--turn`` shows the record of one: what went in (the prompt's digest and the names
of the sources), what was found, and what came out, said or not.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from typing import Final

from bot.cli.location import add_location, location_of, refuse
from bot.core.errors import StoreError
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.settings import Settings
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros

DAYS_SHOWN: Final = 7

_READ_DAYS: Final = f"""
SELECT on_date, count(CASE WHEN calls > 0 THEN 1 END) AS turns,
    count(CASE WHEN state = 'said' THEN 1 END) AS said,
    count(CASE WHEN state = 'dropped' THEN 1 END) AS dropped,
    count(CASE WHEN state = 'failed' THEN 1 END) AS failed,
    count(CASE WHEN state = 'attack' THEN 1 END) AS attacks,
    CAST(sum(tokens) AS INTEGER) AS tokens
FROM model_turn GROUP BY on_date ORDER BY on_date DESC LIMIT {DAYS_SHOWN}
"""

_READ_LATEST: Final = """
SELECT state, verdict FROM model_turn WHERE state IN ('said', 'dropped', 'failed')
ORDER BY id DESC LIMIT 20
"""

_READ_MUTES: Final = """
SELECT member.name, model_mute.until FROM model_mute
JOIN member ON member.id = model_mute.member_id ORDER BY model_mute.until
"""

_READ_TURN: Final = """
SELECT model_turn.*, member.name AS member FROM model_turn
JOIN member ON member.id = model_turn.member_id WHERE model_turn.event_key = ?
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "model", help="show how the language model is used, or one turn", description=__doc__
    )
    add_location(parser)
    parser.add_argument("--turn", default="", metavar="KEY", help="the event's key of one turn")


def run(arguments: argparse.Namespace) -> int:
    """Print the state, or one turn; 0, or 1 when something cannot be read or found."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    location = location_of(arguments, settings)
    if not arguments.turn:
        print(_configured(settings))
        if location.is_empty:
            print(f"Nothing was asked yet: {location} does not exist.")
            return 0
    try:
        with location.reading() as connection:
            lines = (
                list(_show_turn(connection, arguments.turn, settings))
                if arguments.turn
                else list(_show_use(connection, settings))
            )
    except StoreError as error:
        return refuse(error.message)
    if not lines:
        return refuse(f"no turn has the key {arguments.turn}; it may have been deleted since")
    print("\n".join(lines))
    return 0


def _configured(settings: Settings) -> str:
    section = settings.bot.model
    if section is None:
        return "No model: bot.yaml has no section model. Everything works without it."
    limits = section.limits
    return (
        f"{section.name} at {section.api_base}, {section.timeout_seconds:g} s;"
        f" a day {limits.member_turns_a_day} turns a member, {limits.group_turns_a_day} a group,"
        f" {limits.tokens_a_day:,} tokens in all"
    )


def _show_use(connection: Connection, settings: Settings) -> Iterator[str]:
    """The last days, whether it answers at the moment, and whom it does not hear."""
    days = connection.execute(_READ_DAYS).fetchall()
    if not days:
        yield "Nothing was asked yet."
        return
    for day in days:
        yield (
            f"{day['on_date']}  {day['turns']} turns: {day['said']} said, {day['dropped']} dropped,"
            f" {day['failed']} failed; {day['attacks']} attacks; {day['tokens']:,} tokens"
        )
    failures = _failures_in_a_row(connection.execute(_READ_LATEST).fetchall())
    if failures:
        yield f"The last {len(failures)} in a row failed: {failures[0]}"
    for name, until in connection.execute(_READ_MUTES).fetchall():
        heard = from_micros(until).astimezone(settings.zone)
        yield f"{name} is not heard before {heard:%Y-%m-%d %H:%M}"


def _failures_in_a_row(latest: Sequence[Row]) -> list[str]:
    """The verdicts of the newest turns, as far as they failed."""
    failures = []
    for row in latest:
        if row["state"] != "failed":
            break
        failures.append(row["verdict"])
    return failures


def _show_turn(connection: Connection, key: str, settings: Settings) -> Iterator[str]:
    row = connection.execute(_READ_TURN, (key,)).fetchone()
    if row is None:
        return
    at = from_micros(row["at"]).astimezone(settings.zone)
    yield f"{row['event_key']}: {row['state']}"
    yield f"  when     {at:%Y-%m-%d %H:%M:%S}, by {row['member']} in {row['group_key']}"
    yield f"  asked    {row['model'] or '-'}, {row['calls']} calls, {row['milliseconds']} ms"
    yield f"  tokens   {row['tokens']:,}"
    yield f"  prompt   {row['prompt_digest'] or '-'}"
    yield f"  sources  {row['context'] or '-'}"
    yield f"  verdict  {row['verdict'] or '-'}"
    yield f"  reply    {row['reply'] or '-'}"
