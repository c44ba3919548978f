"""``python -m bot content import FILE.csv``: a table of posts becomes files of the library.

Nothing is written when a line is bad, unless those are to be left out; no file is ever overwritten.
"""

import argparse
import os
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.cli.columns import columns
from bot.cli.location import refuse
from bot.core.text import fold
from bot.settings.content_import import NewItem, new_items
from bot.settings.csv_table import Table, decode, read_table
from bot.settings.load import load_settings
from bot.settings.problems import Problem, Problems
from bot.settings.schema.base import Kind, Pillar
from bot.settings.settings import ContentItem, Settings

_HEAD: Final = ("file", "pillar", "kind", "title")


def add_import(content: argparse.ArgumentParser) -> None:
    """Add the command below ``content``."""
    parser = content.add_subparsers(dest="action", metavar="import").add_parser(
        "import", help="make files of a table of posts", description=__doc__
    )
    parser.add_argument("file", type=Path, metavar="FILE.csv", help="UTF-8 or GB18030")
    parser.add_argument(
        "--config", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="folder of bot.yaml"
    )
    parser.add_argument(
        "--into", type=Path, default=None, metavar="DIR", help="where to write (config/content)"
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave bad lines out and write the others"
    )


def run_import(arguments: argparse.Namespace) -> int:
    """Write the files; 0, or 1 when nothing was written because something is wrong."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(f"{settings}\nmend the configuration first; nothing was imported")
    into: Path = arguments.into or arguments.config / "content"
    read = _read(arguments.file)
    if not isinstance(read, Table):
        return _refuse(read)
    items, problems = new_items(arguments.file.stem, read)
    if not items:
        return _refuse(problems or [_empty(arguments.file)])
    problems += _taken(settings, items, into)
    good = _without(items, problems)
    loaded, found = _load(arguments.config, good)
    problems += found
    good = _without(good, found)
    if problems and not (arguments.skip_bad and good):
        return _refuse(problems)
    if found:
        loaded, _ = _load(arguments.config, good)
    if isinstance(loaded, Problems):
        return refuse(f"{loaded}\nnothing was imported")
    if not arguments.dry_run:
        _write(good, into)
    if problems:
        print(Problems.of(problems))
    verb = "would be imported" if arguments.dry_run else "imported"
    print(f"{len(good)} of {len(items)} lines {verb}")
    keys = {item.key for item in good}
    print("\n".join(_report(loaded, keys)))
    return 0


def _read(file: Path) -> Table | tuple[Problem, ...]:
    shown = str(file)
    try:
        text = decode(file.read_bytes())
    except OSError as error:
        return (Problem(shown, 1, 1, "", f"cannot be read: {error.strerror}", "name a CSV file"),)
    if text is None:
        what, instead = "neither UTF-8 nor GB18030 text", "save it as CSV UTF-8"
        return (Problem(shown, 1, 1, "", what, instead),)
    return read_table(shown, text)


def _empty(file: Path) -> Problem:
    return Problem(str(file), 1, 1, "", "a table without lines", "write a line for each post")


def _taken(settings: Settings, items: Sequence[NewItem], into: Path) -> Iterator[Problem]:
    """Names and titles that are there already."""
    keys = {item.key for item in settings.content}
    titles = {fold(item.front.title): item.key for item in settings.content}
    for item in items:
        title = item.cells["title"].text
        if (into / f"{item.key}.md").exists() or item.key in keys:
            what = f"there is an item {item.key} already"
            yield item.problem("key", what, "give the line another key, or take it out")
        elif fold(title) in titles:
            what = f"the title of {titles[fold(title)]}"
            yield item.problem("title", what, "write another title, or take the line out")


def _load(directory: Path, items: Sequence[NewItem]) -> tuple[Settings | Problems, list[Problem]]:
    """The settings with the files beside the others, and what is wrong, told at the table."""
    loaded = load_settings(directory, os.environ, {item.name: item.text for item in items})
    if isinstance(loaded, Settings):
        return loaded, []
    added = {str(directory / item.name): item for item in items}
    return loaded, [
        added[problem.file].told(problem) if problem.file in added else problem
        for problem in loaded.problems
    ]


def _write(items: Sequence[NewItem], into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    for item in items:
        with (into / f"{item.key}.md").open("x", encoding="utf-8", newline="\n") as file:
            file.write(item.text)


def _without(items: Sequence[NewItem], problems: Iterable[Problem]) -> list[NewItem]:
    """The items without a problem in one of their cells."""
    bad = {(problem.file, problem.line, problem.column) for problem in problems}
    return [item for item in items if bad.isdisjoint(cell.place() for cell in item.cells.values())]


def _refuse(problems: Iterable[Problem]) -> int:
    found = Problems.of(problems)
    count = len(found.problems)
    return refuse(f"{found}\n{count} problem{'' if count == 1 else 's'}; nothing was imported")


def _report(settings: Settings, keys: Container[str]) -> Iterator[str]:
    """The new items, and how the library then stands against the mix."""
    new = [item for item in settings.content if item.key in keys]
    yield from columns([_HEAD, *(_row(item) for item in new)])
    yield ""
    everyday = [item.front for item in settings.content if not item.front.node]
    yield f"The library then has {len(everyday)} everyday items:"
    mix = settings.calendar.mix
    pillars = Counter(front.pillar for front in everyday)
    kinds = Counter(front.kind for front in everyday)
    rows = [_share(name, pillars[name], len(everyday), mix.pillars[name]) for name in Pillar]
    rows += [_share(name, kinds[name], len(everyday), mix.kinds[name]) for name in Kind]
    yield from columns([("", "items", "share", "target"), *rows])


def _row(item: ContentItem) -> Sequence[str]:
    front = item.front
    return f"{item.key}.md", front.pillar, front.kind, front.title


def _share(name: str, count: int, total: int, target: int) -> Sequence[str]:
    return name, f"{count:5d}", f"{100 * count / total:4.0f} %", f"{target:5d} %"
