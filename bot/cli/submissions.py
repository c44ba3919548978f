"""``python -m bot submissions``: what members have sent in, and how it stands.

It only reads. With --export it writes what was taken in as files of a configuration: texts in
DIR/content in the format of content/, pictures in DIR/pictures. A file is no submission any more:
when its author withdraws it, delete the file by hand.
"""

import argparse
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.cli.location import add_location, location_of, refuse
from bot.core.errors import StoreError
from bot.members.submissions.adopted import Credited, item_of
from bot.members.submissions.files import MEDIA_FOLDER, PictureFiles
from bot.members.submissions.rows import find_submissions, submission_of
from bot.members.submissions.submission import Submission
from bot.members.submissions.submissions import READ_ADOPTED
from bot.settings.load import load_settings
from bot.settings.problems import Problems
from bot.settings.settings import ContentItem

_VARIANT: Final = re.compile(r"^[ \t]*[=＝]{2,}", re.MULTILINE)
"""In a file such a line would begin another variant of the text."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "submissions", help="list what members have sent in", description=__doc__
    )
    add_location(parser)
    parser.add_argument(
        "--export", metavar="DIR", type=Path, help="write what was taken in there as Markdown"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print, or write; 0, or 1 when something cannot be read or written."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    location = location_of(arguments, settings)
    files = PictureFiles(location.directory / MEDIA_FOLDER)
    try:
        with location.reading() as connection:
            known = find_submissions(connection, "true")
            rows = connection.execute(READ_ADOPTED).fetchall()
    except StoreError as error:
        return refuse(error.message)
    if arguments.export is None:
        for line in render(known):
            print(line)
        return 0
    adopted = [Credited(submission_of(row), row["name"]) for row in rows]
    items = [item for one in adopted if (item := item_of(one, settings, files.paths)) is not None]
    try:
        export(arguments.export, items)
    except OSError as error:
        return refuse(f"{arguments.export} cannot be written: {error}")
    print(f"{len(items)} written to {arguments.export}. What is withdrawn later: delete by hand.")
    return 0


def render(submissions: Sequence[Submission]) -> Iterator[str]:
    """All submissions in lines for people, then how many stand how."""
    counts: dict[str, int] = {}
    for one in submissions:
        counts[one.state] = counts.get(one.state, 0) + 1
        consent = f", {one.consent}" if one.consent else ""
        chosen = ", featured" if one.featured else ""
        pictures = f", {len(one.pictures)} pictures" if one.pictures else ""
        yield f"{one.number}  {one.kind} ({one.state}{consent}{chosen}{pictures})  {one.text}"
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    yield f"{len(submissions)} sent in{f': {told}' if told else ''}."


def export(folder: Path, items: Sequence[ContentItem]) -> None:
    """Write items and their pictures; files of the same names are replaced."""
    for name in ("content", "pictures"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for item in items:
        pictures = []
        for number, path in enumerate(map(Path, item.front.pictures), start=1):
            name = f"pictures/{item.key}-{number}{path.suffix}"
            shutil.copyfile(path, folder / name)
            pictures.append(name)
        text = _page(item, pictures)
        (folder / "content" / f"{item.key}.md").write_text(text, encoding="utf-8")


def _page(item: ContentItem, pictures: Sequence[str]) -> str:
    """An item as a Markdown file; JSON's strings and lists are YAML's."""
    front = item.front
    head = [
        f"title: {json.dumps(front.title, ensure_ascii=False)}",
        f"pillar: {front.pillar}",
        f"kind: {front.kind}",
        f"purpose: {front.purpose}",
        f"valid_from: {front.valid_from}",
        f"valid_to: {front.valid_to}",
    ]
    if pictures:
        head.append(f"pictures: {json.dumps(list(pictures))}")
    return "\n".join(["---", *head, "---", "", _VARIANT.sub("", item.text), ""])
