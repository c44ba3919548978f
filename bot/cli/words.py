"""``python -m bot words``: how often a word list would stop ordinary text.

Long lists from elsewhere stop as much harmless as bad text. This shows it before one is used: the
share of ordinary lines that are stopped, the words that do it, and what to do about the list.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.cli.location import refuse
from bot.wording.ordinary import Bundle, bundles
from bot.wording.rule import Grade
from bot.wording.trial import FIT, Finder, Trial, find_private, finder_of, finder_of_rules, try_out

_WIDTH: Final = 60
_HOPELESS: Final = 0.5
"""Who must drop more than half of a list's words has no use for it."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "words", help="try a word list on ordinary text", description=__doc__
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("list", nargs="?", type=Path, metavar="LIST.txt", help="one word a line")
    what.add_argument("--ours", action="store_true", help="try the built-in rules instead")
    parser.add_argument(
        "--text",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="ordinary text of your own, one line each; may be given several times",
    )
    parser.add_argument("--worst", type=int, default=10, metavar="N", help="show so many words")


def run(arguments: argparse.Namespace) -> int:
    """Print what came out; 0, or 1 when a file cannot be read or the list is not fit for use."""
    try:
        texts = [*bundles(), *(Bundle(str(path), _lines(path)) for path in arguments.text)]
        words = () if arguments.ours else tuple(dict.fromkeys(_lines(arguments.list)))
    except (OSError, UnicodeDecodeError) as error:
        return refuse(f"cannot be read: {error}")
    if arguments.ours:
        finders: list[tuple[str, Finder]] = [
            *((f"built-in rules, grade {grade}", finder_of_rules(grade)) for grade in Grade),
            ("private data and links, which are really there", find_private),
        ]
        for name, finder in finders:
            print("\n".join(render(name, try_out(finder, texts), arguments.worst)))
        return 0
    if not words:
        return refuse(f"{arguments.list} holds no words")
    trial = try_out(finder_of(words), texts)
    print("\n".join(render(f"{arguments.list}, {len(words)} words", trial, arguments.worst)))
    print(recommend(trial, len(words)))
    return 0 if trial.total.share <= FIT else 1


def render(name: str, trial: Trial, worst: int) -> Iterator[str]:
    """The shares by source, and the worst words with lines that they stop."""
    yield name
    for rate in (*trial.rates, trial.total):
        yield f"  {rate.source:<20} {rate.stopped:>6} of {rate.lines:>6} lines  {rate.share:.2%}"
    for culprit in trial.culprits[:worst]:
        yield f"  {culprit.name}: {culprit.lines} lines"
        for line in culprit.examples:
            yield f"      {_around(line, culprit.name)}"


def recommend(trial: Trial, words: int) -> str:
    """What to do about a list of so many words."""
    limit = f"{FIT:.1%}"
    if trial.to_drop == 0:
        return f"fit: it stops {trial.total.share:.2%} of ordinary text, at most {limit} is wanted"
    rest = trial.remaining / trial.total.lines
    if trial.to_drop > words * _HOPELESS:
        return (
            f"not fit: {trial.to_drop} of its {words} words would have to go. Write a short list "
            "of your own instead"
        )
    return (
        f"not fit as it is: without its {trial.to_drop} worst words it would stop {rest:.2%} "
        f"(at most {limit} is wanted). Take them out and try again; --worst shows more"
    )


def _lines(path: Path) -> tuple[str, ...]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").split("\n"))
    return tuple(line for line in lines if line and not line.startswith("#"))


def _around(line: str, word: str) -> str:
    """The part of a line in which the word stands, if it stands there as it is."""
    at = max(0, line.find(word.partition(" (")[0]) - _WIDTH // 2)
    piece = line[at : at + _WIDTH]
    return f"{'…' if at else ''}{piece}{'…' if at + _WIDTH < len(line) else ''}"
