"""The command line: ``python -m bot COMMAND``, a module for each command."""

import argparse
from collections.abc import Sequence
from importlib import import_module

from bot import __version__

COMMANDS = (
    "run",
    "check",
    "channels",
    "plan",
    "outlets",
    "content",
    "campaign",
    "posts",
    "sop",
    "persona",
    "audit",
    "verify",
    "cost",
    "orders",
    "model",
    "knowledge",
    "learned",
    "submissions",
    "words",
)
"""One module of this package each, imported when it is asked for, so that `check` starts fast."""


def main(words: Sequence[str]) -> int:
    """Run the command in ``words`` and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="Yutang 鱼塘: runs a brand's WeChat / WeCom communities.",
    )
    parser.add_argument("--version", action="version", version=f"yutang {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    wanted = [name for name in COMMANDS if name in words[:1]] or COMMANDS
    modules = {name: import_module(f"bot.cli.{name}") for name in wanted}
    for module in modules.values():
        module.add_parser(subparsers)
    arguments = parser.parse_args(words)
    code: int = modules[arguments.command].run(arguments)
    return code
