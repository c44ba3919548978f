"""``python -m bot knowledge``: what the knowledge base knows, and how well it is found.

Without options it lists the items, and ways of asking that two items nearly share. --ask shows how
one question is read and what is found, with the figures behind it. --curve measures the base on
questions of your own: YAML files of questions by the key of the item that answers them, and under
"unanswered" those that nothing answers.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from bot.cli.columns import columns
from bot.cli.location import add_config, refuse
from bot.persona.knowledge.base import KnowledgeBase, Reason
from bot.persona.knowledge.measuring import (
    UNANSWERED,
    Quality,
    Question,
    ask,
    curve,
    quality,
    questions_of,
)
from bot.persona.knowledge.shelf import build
from bot.settings.load import load_settings
from bot.settings.problems import Problems

NEARLY_SAME: Final = 0.8
"""Likeness from which two ways of asking collide."""

MOST_SHOWN: Final = 5

_DOCUMENT: Final = TypeAdapter(dict[str, list[str]])


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "knowledge",
        help="list the knowledge base, try a question, measure how well it answers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_config(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--ask", metavar="QUESTION", help="show what this question finds, and why")
    what.add_argument(
        "--curve", nargs="+", type=Path, metavar="FILE", help="measure with these questions"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was asked for; 0, or 1 when the configuration or a file is not usable."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    base = build(settings.knowledge, settings.persona.knowledge)
    if arguments.ask is not None:
        lines = try_question(base, arguments.ask)
    elif arguments.curve:
        questions = _read(arguments.curve, {entry.key for entry in base.entries})
        if isinstance(questions, str):
            return refuse(questions)
        lines = measure(base, questions)
    else:
        lines = overview(base)
    print("\n".join(lines))
    return 0


def overview(base: KnowledgeBase) -> Iterator[str]:
    """The items, and what collides."""
    ways = sum(len(entry.ways) for entry in base.entries)
    yield f"{len(base.entries)} items, {ways} ways of asking"
    rows = [
        (entry.key, str(len(entry.ways)), entry.source, entry.question) for entry in base.entries
    ]
    yield from _table([("key", "ways", "source", "question"), *rows])
    found = sorted(set(collisions(base)))
    yield f"{len(found)} collisions: ways of asking of two items that are nearly the same"
    for first, second in found:
        yield f"  {first}  <>  {second}"


def collisions(base: KnowledgeBase) -> Iterator[tuple[str, str]]:
    """Pairs of ways of asking that lead to different items and are nearly the same."""
    for entry in base.entries:
        for way in entry.ways:
            for other, fit in base.fits(way):
                if other is not entry and fit.likeness >= NEARLY_SAME:
                    pair = (f"{entry.key}: {way}", f"{other.key}: {other.ways[fit.way]}")
                    yield (min(pair), max(pair))


def try_question(base: KnowledgeBase, question: str) -> Iterator[str]:
    """How a question is read, what it finds, and what would be answered."""
    reading = base.read(question)
    yield f"read as    {reading.text}"
    yield f"about      {' '.join(''.join(word.units) for word in reading.words) or '-'}"
    reasons = base.explain(question, MOST_SHOWN)
    head = ("score", "key", "nearest way", "likeness", "cover", "margin", "strange", "missing")
    yield from _table([head, *map(_row, reasons)])
    found = base.search(question)
    if found.best is not None and found.best.score >= base.settings.floor:
        yield f"answered   {found.best.entry.answer}"
    elif found.near:
        yield "offered    " + " / ".join(hit.entry.question for hit in found.near)
        yield f"(no score reaches the floor, {base.settings.floor:g})"
    else:
        yield f"nothing    (floor {base.settings.floor:g}, near {base.settings.near:g})"


def measure(base: KnowledgeBase, questions: Sequence[Question]) -> Iterator[str]:
    """The curve of the floor, and what the configured one answers wrongly."""
    floor, near = base.settings.floor, base.settings.near
    answered = ask(base, questions)
    known = sum(bool(question.key) for question in questions)
    chosen = quality(answered, floor=floor, near=near)
    yield f"{known} questions that the base answers, {len(questions) - known} that it does not"
    yield f"hit@1 {chosen.hit:.1%}: their best item is the right one, whatever its score"
    points = {point.floor: point for point in curve(answered, near=near)} | {floor: chosen}
    head = ("floor", "right", "offered", "wrong", "misled", "")
    rows = [_point(points[each], is_chosen=each == floor) for each in sorted(points)]
    yield from _table([head, *rows])
    yield "right    of the questions with an answer, those answered rightly"
    yield "offered  of the same, those whose right item is among the questions offered instead"
    yield "wrong    of all questions, those answered wrongly"
    yield "misled   of the questions without an answer, those answered"
    for each in answered:
        if each.score >= floor and not each.is_hit:
            wanted = each.question.key or UNANSWERED
            found = each.hits[0]
            yield f"wrong: {each.question.text}  {found.score:.2f} {found.entry.key}, not {wanted}"


def _read(paths: Sequence[Path], keys: set[str]) -> list[Question] | str:
    questions: list[Question] = []
    for path in paths:
        try:
            document = _DOCUMENT.validate_python(YAML(typ="safe").load(path))
        except OSError as error:
            return f"{path} cannot be read: {error.strerror}"
        except (YAMLError, ValidationError):
            return f'{path}: write lists of questions by key, as  how-checkin: ["在哪签到"]'
        if unknown := sorted(document.keys() - keys - {UNANSWERED}):
            return f"{path}: no item has the key {unknown[0]}; see python -m bot knowledge"
        questions += questions_of(document)
    return questions


def _row(reason: Reason) -> tuple[str, ...]:
    name = (f"{reason.hit.score:.2f}", reason.hit.entry.key, reason.hit.way)
    if reason.fit is None or reason.signs is None:
        return (*name, "stands in the base", "", "", "", "")
    fit, signs = reason.fit, reason.signs
    figures = (fit.likeness, fit.cover, signs.margin, signs.strange, signs.missing)
    return (*name, *(f"{figure:.2f}" for figure in figures))


def _point(point: Quality, *, is_chosen: bool) -> tuple[str, ...]:
    shares = (point.right, point.offered, point.wrong, point.misled)
    mark = "<- persona.yaml" if is_chosen else ""
    return (f"{point.floor:.2f}", *(f"{share:.1%}" for share in shares), mark)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in columns(rows))
