"""``python -m bot sop``: the steps of sop.yaml, who waits for which, what was not sent and why.

With --member it tells everything that one member was told, or was not. It only reads.
"""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.cli.days import add_days
from bot.cli.location import add_location, location_of, refuse
from bot.core.clock import SystemClock
from bot.core.errors import StoreError
from bot.schedules.sop.decide import is_reached
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.schema.sop import Beginning, Step
from bot.settings.settings import Settings
from bot.store.connection import Connection, Row
from bot.store.fields import from_micros, to_micros

MOST_DAYS: Final = 366
MOST_SHOWN: Final = 40
"""So many waiting rows are listed; their number is told in any case."""

_COUNTS: Final = "SELECT plan, step, state, count(*) AS n FROM sop_step GROUP BY plan, step, state"

_WAITING: Final = (
    "SELECT s.plan, s.step, s.group_key, s.look_at, s.reason, m.name, s.member_id"
    " FROM sop_step AS s JOIN member AS m ON m.id = s.member_id WHERE s.state = 'waiting'"
    " ORDER BY s.look_at, s.id LIMIT ?"
)

_NOT_SENT: Final = (
    "SELECT plan, step, reason, count(*) AS n FROM sop_step WHERE state = 'skipped'"
    " AND decided_at >= ? GROUP BY plan, step, reason ORDER BY plan, step, n DESC, reason"
)

_NOT_DELIVERED: Final = (
    "SELECT s.plan, s.step, o.state, o.reason, count(*) AS n FROM sop_step AS s"
    " JOIN outbox AS o ON o.key = s.message_key WHERE s.state = 'sent' AND s.decided_at >= ?"
    " AND o.state IN ('dead', 'unknown') GROUP BY s.plan, s.step, o.state, o.reason"
    " ORDER BY s.plan, s.step, o.state, o.reason"
)

_OF_MEMBER: Final = (
    "SELECT s.*, m.name FROM sop_step AS s JOIN member AS m ON m.id = s.member_id"
    " WHERE m.name = ? OR EXISTS (SELECT 1 FROM identity AS i WHERE i.member_id = m.id"
    " AND i.user_id = ?) ORDER BY s.due_at, s.id"
)

Counts = Mapping[tuple[str, str, str], int]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "sop", help="show what members are told by days since joining", description=__doc__
    )
    add_days(parser, 7, MOST_DAYS, "how far back")
    parser.add_argument("--member", default="", metavar="NAME", help="only this name or user id")
    add_location(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print it. 0, or 1 when the configuration or the database cannot be read."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    since = SystemClock().now() - timedelta(days=arguments.days)
    location = location_of(arguments, settings)
    try:
        if location.is_empty:
            lines = list(render_plans(settings, {}))
        else:
            with location.reading() as connection:
                lines = list(_render(connection, settings, arguments.member, since))
    except StoreError as error:
        return refuse(error.message)
    for line in lines:
        print(line)
    return 0


def _render(
    connection: Connection, settings: Settings, member: str, since: datetime
) -> Iterator[str]:
    if member:
        rows = connection.execute(_OF_MEMBER, [member, member]).fetchall()
        yield from render_member(settings, member, rows)
        return
    counts = {(plan, step, state): n for plan, step, state, n in connection.execute(_COUNTS)}
    yield from render_plans(settings, counts)
    yield from _render_waiting(settings, connection, counts)
    start = to_micros(since)
    yield from _render_reasons("Not sent", connection.execute(_NOT_SENT, [start]).fetchall())
    lost = connection.execute(_NOT_DELIVERED, [start]).fetchall()
    yield from _render_reasons("Sent, and not delivered", lost)


def render_plans(settings: Settings, counts: Counts) -> Iterator[str]:
    """Every plan with its steps, and how often each was sent, waits, and was not sent."""
    if not settings.sop.plans:
        yield "sop.yaml has no plans."
    for plan in settings.sop.plans:
        groups = [group.name for group in settings.bot.groups if is_reached(settings, plan, group)]
        yield f"{plan.name} ({plan.key}): {_began(plan.begins)}; {', '.join(groups) or 'no group'}"
        for step in plan.steps:
            sent, waiting, skipped = (
                counts.get((plan.key, step.key, state), 0)
                for state in ("sent", "waiting", "skipped")
            )
            numbers = f"sent {sent}, waiting {waiting}, not sent {skipped}"
            yield f"  {_when(step):<14} {step.key:<20} {numbers}{_conditions(step)}"
        yield ""


def render_member(settings: Settings, member: str, rows: Sequence[Row]) -> Iterator[str]:
    """What one member was told, or was not, in the order in which it was due."""
    if not rows:
        yield f"No step came due for {member}."
    for row in rows:
        due = _local(settings, row["due_at"])
        what = {
            "sent": f"sent ({row['place']})",
            "waiting": f"waits until {_local(settings, row['look_at'] or 0)}",
            "skipped": "not sent",
        }[row["state"]]
        reason = f": {row['reason']}" if row["reason"] else ""
        step = f"{row['plan']}/{row['step']}"
        yield f"{due}  {row['name']}  {row['group_key']}  {step}  {what}{reason}"


def _render_waiting(settings: Settings, connection: Connection, counts: Counts) -> Iterator[str]:
    total = sum(count for (_, _, state), count in counts.items() if state == "waiting")
    yield f"Waiting: {total}"
    for row in connection.execute(_WAITING, [MOST_SHOWN]):
        name = row["name"] or f"member {row['member_id']}"
        reason = f": {row['reason']}" if row["reason"] else ""
        at = _local(settings, row["look_at"])
        yield f"  {at}  {name}  {row['group_key']}  {row['plan']}/{row['step']}{reason}"
    yield ""


def _render_reasons(head: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f"{head}: {sum(row['n'] for row in rows)}"
    for row in rows:
        yield f"  {row['n']:>6}  {row['plan']}/{row['step']}: {row['reason']}"


def _began(begins: Beginning) -> str:
    match begins.on:
        case "act":
            return f"days since {begins.act} number {begins.nth}"
        case "tag":
            return f"days since the tag {begins.tag}"
        case "node_day":
            return f"days from {begins.node}"
        case "joined" | "returned":
            return f"days since he {begins.on}"


def _when(step: Step) -> str:
    return f"day {step.days:>3} {step.at:%H:%M}"


def _conditions(step: Step) -> str:
    """What else must hold, in a few words."""
    within = f" for {step.within_days} days" if step.within_days else ""
    parts = [
        f"only {step.only_if}{within}" if step.only_if else "",
        f"with {', '.join(step.tags)}" if step.tags else "",
        f"without {', '.join(step.unless_tags)}" if step.unless_tags else "",
        f"not after {', '.join(step.stop_if)}" if step.stop_if else "",
    ]
    said = [part for part in parts if part]
    return f"  ({'; '.join(said)})" if said else ""


def _local(settings: Settings, micros: int) -> str:
    return f"{from_micros(micros).astimezone(settings.zone):%Y-%m-%d %H:%M}"
