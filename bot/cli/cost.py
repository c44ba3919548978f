"""``python -m bot cost``: what the rules of rewards.yaml may cost at worst, before they go live.

It reads the configuration only. Points are compared with the budget; 100 of them cost 1 yuan.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from typing import Final

from bot.cli.location import add_config, refuse
from bot.rewards.earning.cost import Cost, Forecast, forecast
from bot.settings.load import load_settings
from bot.settings.problems import Problems

POINTS_A_YUAN: Final = 100

_HEAD: Final = ("source", "worst day", "held by", "worst month", "held by")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "cost", help="show what earning may cost at worst", description=__doc__
    )
    add_config(parser)
    parser.add_argument(
        "--members",
        type=_count,
        default=None,
        metavar="N",
        help="reckon with so many members instead of budgets.members",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the forecast; 0, or 1 when the configuration is not usable."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    budgets = settings.rewards.budgets
    found = forecast(
        settings.rewards,
        members=arguments.members or budgets.members,
        groups=max(1, len(settings.bot.groups)),
    )
    limits = (budgets.points.a_day, budgets.points.a_month)
    print("\n".join(render(found, limits)))
    return 0


def render(found: Forecast, budget: tuple[int | None, int | None]) -> Iterator[str]:
    """The forecast in lines; ``budget`` is that of a day and of a month."""
    yield f"Worst case for {found.members} members, in points ({POINTS_A_YUAN} cost 1 yuan)"
    total = ("all together", str(found.day), "", str(found.month), "")
    a_day, a_month = ("none" if limit is None else str(limit) for limit in budget)
    rows = [_HEAD, *map(_row, found.sources), total, ("budget", a_day, "", a_month, "")]
    yield from _columns(rows)
    yield f"That is {_yuan(found.day)} a day and {_yuan(found.month)} a month."
    for warning in found.warnings:
        yield f"warning: {warning}"
    if not found.warnings:
        yield "The caps alone stay within the budget."


def _row(cost: Cost) -> tuple[str, ...]:
    day, month = cost.day, cost.month
    return cost.name, str(day.points), day.by, str(month.points), month.by


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if cell.isdecimal() else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        ]
        yield f"  {'  '.join(cells)}".rstrip()


def _yuan(points: int) -> str:
    return f"{points // POINTS_A_YUAN}.{points % POINTS_A_YUAN:02d} yuan"


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError("write a whole number of members from 1 to 1000000")
    return int(text)
