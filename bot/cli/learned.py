"""``python -m bot learned``: questions that had no answer, and what was learned for them.

It only reads. With --export it writes what was adopted as Markdown files in the format of
knowledge/, to be looked at and kept there; an item of the files comes before a learned answer of
the same name.
"""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.cli.location import add_location, location_of, refuse
from bot.core.errors import StoreError
from bot.persona.knowledge.base import Entry
from bot.persona.learning.answering import READ_ANSWERS, answer_of
from bot.persona.learning.learned import entry_of
from bot.persona.learning.questions import AnswerState, OfferedAnswer, QuestionState
from bot.settings.load import load_settings
from bot.settings.policy import policy_of
from bot.settings.problems import Problems
from bot.settings.settings import Settings
from bot.store.connection import Row

_READ_QUESTIONS: Final = (
    "SELECT q.id, q.text, q.state, count(a.id) AS times, count(DISTINCT a.member_id) AS people"
    " FROM open_question AS q LEFT JOIN question_asked AS a ON a.question_id = q.id"
    " WHERE q.state <> 'answered' GROUP BY q.id, q.text, q.state"
    " ORDER BY people DESC, times DESC, q.id"
)

_READ_ANSWERS: Final = (
    f"{READ_ANSWERS} WHERE l.state IN ('waiting', 'adopted') ORDER BY l.question_id"
)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the program's command line."""
    parser = subparsers.add_parser(
        "learned", help="list open questions and learned answers", description=__doc__
    )
    add_location(parser)
    parser.add_argument(
        "--export", metavar="DIR", type=Path, help="write the learned answers there as Markdown"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print, or write; 0, or 1 when something cannot be read or written."""
    settings = load_settings(arguments.config, os.environ)
    if isinstance(settings, Problems):
        return refuse(str(settings))
    try:
        with location_of(arguments, settings).reading() as connection:
            questions = connection.execute(_READ_QUESTIONS).fetchall()
            answers = [answer_of(row) for row in connection.execute(_READ_ANSWERS).fetchall()]
    except StoreError as error:
        return refuse(error.message)
    if arguments.export is None:
        for line in render(questions, answers):
            print(line)
        return 0
    try:
        written = export(arguments.export, answers, settings)
    except OSError as error:
        return refuse(f"{arguments.export} cannot be written: {error}")
    print(f"{written} written to {arguments.export}.")
    return 0


def render(questions: Sequence[Row], answers: Sequence[OfferedAnswer]) -> Iterator[str]:
    """Open questions, those of most people first, and answers, in lines for people."""
    for number, text, state, times, people in questions:
        note = "" if state == QuestionState.OPEN else f" ({state})"
        yield f"{number}  {text}{note}: asked {times} times by {people} people"
    yield f"{len(questions)} without an answer, {len(answers)} with one."
    for answer in answers:
        yield f"{answer.number}  {answer.question} ({answer.state})"
        yield f"    {answer.answer}"


def export(folder: Path, answers: Sequence[OfferedAnswer], settings: Settings) -> int:
    """Write what was adopted as files of the knowledge format; returns how many.

    A file of the same name is replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    policy, source = policy_of(settings), settings.persona.learning.source
    adopted = [answer for answer in answers if answer.state is AnswerState.ADOPTED]
    for answer in adopted:
        entry = entry_of(answer, policy, source)
        (folder / f"{entry.key}.md").write_text(_page(entry), encoding="utf-8")
    return len(adopted)


def _page(entry: Entry) -> str:
    """An entry as a Markdown file; JSON's strings are YAML's."""
    head = [f"question: {_quote(entry.question)}"]
    if entry.also:
        head += ["also:", *(f"  - {_quote(way)}" for way in entry.also)]
    head.append(f"source: {_quote(entry.source)}")
    return "\n".join(["---", *head, "---", "", entry.answer, ""])


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
