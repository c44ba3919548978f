"""``python -m bot audit``: proves the books, fact by fact, or shows what is wrong in them.

It only reads, and sees one state of the database even while the program runs. After an audit by
night it looks at what is newer, and with ``--full`` at everything.
"""

import argparse
from collections.abc import Iterator

from bot.cli.location import Location, add_location, find_location, refuse
from bot.core.errors import StoreError
from bot.rewards.audit.audit import AuditReport, Broken, Mark, audit
from bot.rewards.audit.nightly import read_mark
from bot.settings.problems import Problems


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "audit", help="prove the books of points, packets and prizes", description=__doc__
    )
    add_location(parser)
    parser.add_argument(
        "--full", action="store_true", help="look at everything, not only at what is new"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print every fact with its count; 0, or 1 when one is broken or nothing can be read."""
    location = find_location(arguments)
    if isinstance(location, Problems):
        return refuse(str(location))
    if location.is_empty:
        print(f"There are no books yet: {location} does not exist. Nothing can be wrong.")
        return 0
    try:
        report, since = _audit(location, full=arguments.full)
    except StoreError as error:
        return refuse(error.message)
    if since != Mark():
        print(f"Since transfer {since.transfer_id}, which the last audit saw (--full: everything):")
    for line in render(report):
        print(line)
    return 1 if report.broken else 0


def _audit(location: Location, *, full: bool) -> tuple[AuditReport, Mark]:
    with location.reading() as connection:
        since = Mark() if full else read_mark(connection)
        return audit(connection, since), since


def render(report: AuditReport) -> Iterator[str]:
    """The report in lines for people: what holds, then what is broken and the entries behind."""
    for fact in report.facts:
        yield f"✓ {fact.sentence} ({fact.count} checked)"
    for broken in report.broken:
        yield from _render_broken(broken)
    checks = len(report.facts) + len(report.broken)
    if report.broken:
        yield f"{len(report.broken)} of {checks} facts are broken: stop paying out, look into it."
    else:
        yield f"The books are right: {checks} facts hold."


def _render_broken(broken: Broken) -> Iterator[str]:
    yield f"✗ NOT TRUE: {broken.sentence} [{broken.name}]"
    for what in broken.found:
        yield f"    {what}"
    for entry in broken.entries:
        yield f"      {entry}"
