"""``python -m bot orders``: the parcels to be sent, with their addresses.

Addresses are personal data: they are shown here, on the machine that keeps them, and nowhere in a
chat. It only reads. What it prints is for sending these parcels and should not be kept.
"""

import argparse
from collections.abc import Iterator, Sequence

from bot.cli.location import add_location, find_location, refuse
from bot.core.errors import StoreError
from bot.settings.problems import Problems
from bot.store.connection import Row

_READ_ORDERS = """
SELECT redemption.id, redemption.name, member.name AS member, redemption_address.address
FROM redemption
JOIN redemption_address ON redemption_address.redemption_id = redemption.id
LEFT JOIN member ON member.id = redemption.member_id
WHERE redemption.kind = 'parcel' AND redemption.state = 'confirmed'
ORDER BY redemption.id
"""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "orders", help="list the parcels to be sent with their addresses", description=__doc__
    )
    add_location(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print every parcel that waits; 0, or 1 when the database cannot be read."""
    location = find_location(arguments)
    if isinstance(location, Problems):
        return refuse(str(location))
    try:
        with location.reading() as connection:
            rows = connection.execute(_READ_ORDERS).fetchall()
    except StoreError as error:
        return refuse(error.message)
    for line in render(rows):
        print(line)
    return 0


def render(rows: Sequence[Row]) -> Iterator[str]:
    """The parcels in lines for people: number, what it is, whose, and where it goes."""
    for number, name, member, address in rows:
        yield f"{number}  {name}  ({member})"
        yield f"    {address}"
    yield f"{len(rows)} to send." if rows else "Nothing waits to be sent."
