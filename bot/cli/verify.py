"""``python -m bot verify packet|lottery ID``: recomputes what was drawn, line by line.

It only reads. What it needs is what is published once the drawing is over.
"""

import argparse
from collections.abc import Callable, Iterable, Mapping

from bot.cli.location import add_location, find_location, refuse
from bot.core.errors import StoreError
from bot.core.ids import LotteryId, PacketId
from bot.rewards.lottery.proof import prove_lottery
from bot.rewards.packets.proof import prove_packet
from bot.settings.problems import Problems
from bot.store.connection import Connection

Proof = Iterable[tuple[bool, str]]
"""What was checked: whether it holds, and in words what it is."""


def _prove_lottery(connection: Connection, number: int) -> Proof | None:
    lines = prove_lottery(connection, LotteryId(number))
    return None if lines is None else [(line.holds, line.text) for line in lines]


def _prove_packet(connection: Connection, number: int) -> Proof | None:
    return prove_packet(connection, PacketId(number))


VERBS: Mapping[str, Callable[[Connection, int], Proof | None]] = {
    "lottery": _prove_lottery,
    "packet": _prove_packet,
}
"""What can be recomputed, by name; None when there is none with the number."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "verify",
        help="recompute a lottery or a red packet from what is published",
        description=__doc__,
    )
    parser.add_argument("kind", choices=sorted(VERBS), help="what to recompute")
    parser.add_argument("number", type=int, metavar="ID", help="its number")
    add_location(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what holds and what does not; 0, or 1 when something does not or cannot be read."""
    location = find_location(arguments)
    if isinstance(location, Problems):
        return refuse(str(location))
    try:
        with location.reading() as connection:
            proof = VERBS[arguments.kind](connection, arguments.number)
            lines = None if proof is None else list(proof)
    except StoreError as error:
        return refuse(error.message)
    if lines is None:
        return refuse(f"there is no {arguments.kind} with the number {arguments.number}")
    for holds, text in lines:
        print(f"{'✓' if holds else '✗'} {text}")
    return 0 if all(holds for holds, _ in lines) else 1
