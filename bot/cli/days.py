"""Days and instants as an operator types them behind a command."""

import argparse
from collections.abc import Callable
from datetime import datetime

from bot.core.clock import SystemClock
from bot.settings.settings import Settings


def add_days(
    parser: argparse.ArgumentParser, default: int, most: int, what: str = "how many days"
) -> None:
    """Add ``--days``, 1 to ``most``."""
    parser.add_argument(
        "--days",
        type=_days_up_to(most),
        default=default,
        metavar="N",
        help=f"{what} (1 to {most}; {default})",
    )


def add_at(parser: argparse.ArgumentParser, what: str) -> None:
    """Add ``--at``; ``what`` says what is done from that time on."""
    parser.add_argument(
        "--at",
        type=datetime.fromisoformat,
        default=None,
        metavar="2026-11-22T09:00",
        help=f"{what} from this local time instead of now",
    )


def instant_of(at: datetime | None, settings: Settings) -> datetime:
    """The instant behind ``--at``, on the community's clock unless it names its own; else now."""
    if at is None:
        return SystemClock().now()
    return at if at.tzinfo else at.replace(tzinfo=settings.zone)


def _days_up_to(most: int) -> Callable[[str], int]:

    def read(text: str) -> int:
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"write a whole number of days from 1 to {most}")
        return int(text)

    return read
